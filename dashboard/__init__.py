"""The app: pages, charts and the command that starts them. It reads builds and writes nothing."""
