"""A small Slack on loopback: the Web API over HTTP and Socket Mode over a real socket."""

from .blocks import problems_of, response_problems
from .faults import Fault
from .links import SharedLinks, share
from .people import Person
from .server import SlackServer
from .surfaces import Ephemeral, input_blocks, input_name, text_of
from .views import View
from .world import Channel, Message

__all__ = [
    "Channel",
    "Ephemeral",
    "Fault",
    "Message",
    "Person",
    "SharedLinks",
    "SlackServer",
    "View",
    "input_blocks",
    "input_name",
    "problems_of",
    "response_problems",
    "share",
    "text_of",
]
