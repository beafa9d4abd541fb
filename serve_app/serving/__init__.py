"""All of Ray Serve but the binding of deployments: the deployments, their client, their state and metrics."""
