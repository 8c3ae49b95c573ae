"""The kinds of probe: one file here is one kind; what begins with an underscore serves them."""
