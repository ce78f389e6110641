"""What does not depend on a firm: rules, technical fields, the model."""
