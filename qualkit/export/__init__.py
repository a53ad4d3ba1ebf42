"""Results as documents for people: Word, Excel and web pages. Only written, never read back."""
