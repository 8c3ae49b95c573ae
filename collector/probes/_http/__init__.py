"""What the http probe is made of; httpx and jmespath are imported only where it is in use."""
