"""Archives with a known truth, and what the project costs on them; not part of the tests."""
