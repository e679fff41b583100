"""A real Nova 34.0.0 in one process, for the interop tests.

It has the compute API, the metadata service, conductor, scheduler, and nova-compute with a fake driver, and a real
Placement, on PostgreSQL; messages go over oslo.messaging's fake bus. Image, Network and Identity are stubs.
"""
