"""Quotations of a report, held against the words of the sources.

``finding`` takes quotations out of paragraphs, ``lookup`` holds the words of all sources,
``verdicts`` says what became of a quotation's words, ``attribution`` whether the person named is
the one who spoke. Only words are compared: not case, punctuation, hyphens or white space.
"""
