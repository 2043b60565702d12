"""The desk's pages: each checks the request, calls one function and renders."""
