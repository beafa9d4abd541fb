"""Durable work, page by page: stores, files, the runner that works through them, and webhooks.

Open `SqliteJobStore` or `RedisJobStore` and a blob store; `intake.submit` puts a job in, `JobRunner` reads its pages
with the `PageReader` it is given, `Housekeeper` and `WebhookSender` do what time demands. See docs/jobs-design.md.
"""
