"""Batch scoring of files of any size, on this machine or on a Dask cluster."""
