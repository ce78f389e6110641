"""The store's schema through time, one file a change; run when a store is opened."""
