"""The pages, one a module, each with `show()`. A page opens, reads, calls one function, shows."""
