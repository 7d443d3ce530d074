"""One short script a page: title, charts, caveats. No number is computed here."""
