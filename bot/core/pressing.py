"""What a button that was pressed had written on it, for showing the talk as it went."""

from bot.core.asking import Knowledge
from bot.core.changing import CHANGE_STEP
from bot.core.conversation import Pressed
from bot.core.flow import PHOTOS, Kind
from bot.core.language import LANGUAGE_STEP
from bot.core.phrases import Phrase
from bot.core.pictures import KEEP_ALL, PHOTO_STEP, names_of_photos
from bot.core.returning import NEW_STEP


def labels_pressed(knowledge: Knowledge, pressed: Pressed, flow: str) -> tuple[Phrase, ...]:
    """Return the labels of what was pressed in a flow; nothing for what is on no button of ours."""
    found = (_label(knowledge, pressed.step, value, flow) for value in pressed.values)
    return tuple(label for label in found if label is not None)


def _label(knowledge: Knowledge, step_name: str, value: str, flow: str) -> Phrase | None:
    texts = knowledge.texts
    if step_name == LANGUAGE_STEP:
        names = {language.code: language.own_name for language in knowledge.phrasebook.languages}
        return Phrase("", names[value]) if value in names else None
    if step_name == NEW_STEP:
        return texts.new_label
    if step_name == PHOTO_STEP:
        labels = {str(number): label for number, label in enumerate(names_of_photos(texts), 1)}
        return texts.photos_keep if value == KEEP_ALL else labels.get(value.partition("-")[0])
    if (step_name, value) == (CHANGE_STEP, PHOTOS):
        return texts.photos_title
    sought = value if step_name == CHANGE_STEP else step_name
    flows = sorted(knowledge.flows.values(), key=lambda each: each.name != flow)
    step = next((found for each in flows if (found := each.step(sought))), None)
    if step is None:
        return None
    if step_name == CHANGE_STEP:
        return step.title
    if step.kind is Kind.STORY:
        return {"done": texts.story_done, "again": texts.story_again}.get(value)
    choice = step.choice(value)
    return choice.label if choice else None
