"""The institution's own firms: the rules of its register, without a widget."""
