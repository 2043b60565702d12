"""Telegram without a public address: asks for updates and answers them, for trying it out."""

import asyncio
from contextlib import suppress
from typing import Any

from sqlalchemy.exc import OperationalError
from telegram import Update
from telegram.error import TelegramError
from telegram.ext import Application, ContextTypes, TypeHandler

from bot.channels.botfiles import BotFiles
from bot.channels.telegram import answer
from bot.service import Service

DATABASE_AWAY_SECONDS = 1
DATABASE_AWAY_TRIES = 60


def poll(service: Service, token: str, api_url: str) -> None:
    """Answer updates until interrupted. A webhook and polling exclude each other."""
    builder = Application.builder().token(token)
    if api_url:
        builder = builder.base_url(f"{api_url}/bot").base_file_url(f"{api_url}/file/bot")
    application = builder.build()
    files = BotFiles(token, api_url)

    async def take(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if update.callback_query is not None:
            with suppress(TelegramError):
                await update.callback_query.answer()  # first: a late one is refused
        method = await answered(service, update, files)
        if method:
            await context.bot.send_message(
                method["chat_id"], method["text"], reply_markup=method.get("reply_markup")
            )

    application.add_handler(TypeHandler(Update, take))
    application.run_polling(allowed_updates=["message", "callback_query"])


async def answered(service: Service, update: Update, files: BotFiles | None = None) -> dict[str, Any] | None:
    """Answer, a while after the database went away if need be: Telegram gives an update once only."""
    for _ in range(DATABASE_AWAY_TRIES):
        try:
            return await asyncio.to_thread(answer, service, update, files)
        except OperationalError:
            await asyncio.sleep(DATABASE_AWAY_SECONDS)
    return await asyncio.to_thread(answer, service, update, files)
