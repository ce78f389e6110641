"""Register: the institution's own firms; rules over the store, without a widget."""
