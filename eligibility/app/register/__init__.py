"""The pages of staff: the register, its firms, imports and applications."""
