"""A Ray Serve application that reads documents and charts."""
