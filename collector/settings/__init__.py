"""The configuration: read whole, checked whole, refused whole with every problem at once."""
