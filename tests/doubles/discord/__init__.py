"""A small Discord on the loopback interface that the real discord.py connects to."""

from .contract import violations_of
from .errors import NotAnsweredError, UserError
from .faults import Fault
from .interactions import Choices, Modal, Reply
from .models import Member, Message, Role, User
from .permissions import Permission
from .places import Channel, Guild, Kind
from .routing import Request, Upload
from .server import DiscordServer

__all__ = [
    "Channel",
    "Choices",
    "DiscordServer",
    "Fault",
    "Guild",
    "Kind",
    "Member",
    "Message",
    "Modal",
    "NotAnsweredError",
    "Permission",
    "Reply",
    "Request",
    "Role",
    "Upload",
    "User",
    "UserError",
    "violations_of",
]
