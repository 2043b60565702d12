"""One picture of a report: as it is shown, and as it was sent."""

from flask import Blueprint, Response

from casebridge.desk.context import desk
from casebridge.desk.guard import case_worker
from casebridge.desk.photos import file_name, take_out
from casebridge.sealedphoto import open_original, open_photo

photos = Blueprint("photos", __name__)


@photos.get("/reports/<reference>/photos/<int(max=99):number>")
def photo(reference: str, number: int) -> Response:
    """Show a picture drawn anew: nothing of the bytes its sender chose is in it."""
    worker, keys = case_worker(), desk().read_keys()
    envelope = take_out(desk().database, worker, (reference, number), desk().clock())
    jpeg = open_photo(envelope, worker.agency, keys.of(worker.agency), reference, number)
    return Response(jpeg, mimetype="image/jpeg")


@photos.get("/reports/<reference>/photos/<int(max=99):number>/original")
def original(reference: str, number: int) -> Response:
    """Hand a picture over as it was sent, to be kept and never shown here: its bytes are a stranger's."""
    worker, keys = case_worker(), desk().read_keys()
    envelope = take_out(desk().database, worker, (reference, number), desk().clock(), original=True)
    content = open_original(envelope, worker.agency, keys.of(worker.agency), reference, number)
    name = file_name((reference, number), content)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype="application/octet-stream", headers=headers)
