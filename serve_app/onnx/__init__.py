"""ONNX models of installed packages: their verified files, and the runtimes that compute them."""
