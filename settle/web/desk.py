"""What one running desk holds: the open binders by key, and where new ones go."""

from __future__ import annotations

import getpass
import hashlib
import threading
from typing import TYPE_CHECKING

from msgspec import Struct

from settle.binder import Binder
from settle.binder.folder import binder_path, safe_name
from settle.binder.words import BinderError
from settle.programme import profile as profiles
from settle.web import places
from settle.web.room import Room

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from settle.programme.profile import Profile
    from settle.web.gatekeeper import Gate

PROFILE = "서식"  # setting of a binder: the name of remembered headings


def user() -> str:
    """Who sits at the machine, until a name is given."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "이름 없음"


def key_of(folder: Path) -> str:
    """What stands for a binder in addresses: the same for the same folder, so that bookmarks hold."""
    return hashlib.sha256(str(folder.resolve()).encode("utf-8", "surrogatepass")).hexdigest()[:12]


class Start(Struct, frozen=True):
    """How a desk was started. folder: where new binders go. control: the file by which others of this user ask it."""

    folder: Path
    control: str = ""


class Desk:
    """The open binders. `open` and `create` may raise BinderError."""

    def __init__(self, gate: Gate, start: Start) -> None:
        self.gate, self.start = gate, start
        self._rooms: dict[str, Room] = {}
        self._lock = threading.RLock()

    def rooms(self) -> Sequence[Room]:
        return list(self._rooms.values())

    def room(self, key: str) -> Room | None:
        """An open binder; one that was opened lately is opened again (a bookmark, the back button)."""
        with self._lock:
            if key in self._rooms:
                return self._rooms[key]
        folder = next((one for one in places.recent() if key_of(one) == key), None)
        return self.open(folder) if folder is not None else None

    def open(self, folder: Path, take_over: bool = False) -> Room:
        """Open a binder, or hand out the open one. It is judged in the background."""
        folder = binder_path(folder.expanduser())
        key = key_of(folder)
        with self._lock:
            if key not in self._rooms:
                about = {"desk": self.start.control} if self.start.control else None
                binder = Binder.open(folder, user(), take_over=take_over, about=about)
                self._rooms[key] = Room(key, binder, self._profile(binder))
                places.remember(folder)
                if binder.paths():
                    self._rooms[key].judge("정산철을 열었습니다", wait=0)
            return self._rooms[key]

    def create(self, name: str, place: Path | None = None) -> Room:
        """A new binder of this name; of one that is taken ` (2)`."""
        place = (place or self.start.folder).expanduser()
        if not place.is_dir():
            raise BinderError(f"'{place}' 폴더가 없습니다. 있는 폴더를 적으세요.")
        wanted = safe_name(name).removesuffix(".정산") or "정산"
        for number in range(1, 1000):
            folder = binder_path(place / (wanted if number == 1 else f"{wanted} ({number})"))
            if not folder.exists():
                Binder.create(folder, user()).close()
                return self.open(folder)
        raise BinderError(f"'{wanted}' 이름의 정산철이 너무 많습니다.")

    def close(self, key: str) -> None:
        """Close one binder and let others write in it."""
        with self._lock:
            room = self._rooms.pop(key, None)
        if room is not None:
            room.close()

    def forget(self, key: str) -> None:
        """A binder that is no more."""
        with self._lock:
            self._rooms.pop(key, None)

    def close_all(self) -> None:
        """Close every binder."""
        for key in list(self._rooms):
            self.close(key)

    @staticmethod
    def _profile(binder: Binder) -> Profile | None:
        wanted = binder.setting(PROFILE)
        path = next((one for one in places.profiles() if one.stem == wanted), None) if wanted else None
        try:
            return profiles.load(path) if path else None
        except profiles.ProfileError:
            return None

    def use_profile(self, room: Room, name: str) -> None:
        """Judge a binder by remembered headings from now on."""
        room.binder.set(PROFILE, name)
        room.profile = self._profile(room.binder)
