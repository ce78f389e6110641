"""Evidence: what stands behind the figures of an application, and whether it hangs together."""
