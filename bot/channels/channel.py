"""What a channel is: a blueprint that turns requests into arrivals and messages into responses."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, current_app

from bot.service import Service
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to reach us."""

    name: str
    blueprint: Blueprint
    is_on: Callable[[Settings], bool]
    needs: str  # the settings that switch it on, for the line at start
    signs: bool = False  # a provider's webhook: signed by it, so without our CSRF token


def service() -> Service:
    """Return the service of the running app."""
    found: Service = current_app.extensions["service"]
    return found


def settings() -> Settings:
    """Return the settings of the running app."""
    found: Settings = current_app.extensions["settings"]
    return found
