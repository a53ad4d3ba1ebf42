"""Privacy: what may identify people, found, grouped, and replaced by pseudonyms.

``finding`` lists likely identifiers (``patterns``: what has a form of its own; ``names``: what has
none; ``vocabulary``: the words that are known), ``grouping`` puts together what is one person's.
No database and no screen: text in, lists out.
"""
