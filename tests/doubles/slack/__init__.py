"""A small Slack on loopback: the Web API over HTTP and Socket Mode over a real socket."""

from .blocks import problems_of, response_problems
from .faults import Fault
from .server import SlackServer
from .world import Channel, Message

__all__ = ["Channel", "Fault", "Message", "SlackServer", "problems_of", "response_problems"]
