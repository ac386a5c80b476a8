"""The queue of many machines: RabbitMQ. Begin at `queue.py`."""
