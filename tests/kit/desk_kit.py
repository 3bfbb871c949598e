"""A desk for tests: in this process (Visitor), or as a process of its own (Running); a small settlement worked by hand.

Four lines of 회의비 claim 224,000 won:

| line | claims | what is wrong | disallowed | held |
|---|---|---|---|---|
| E-001 | 27,000 | nothing: refreshments for three | 0 | 0 |
| E-002 | 110,000 | a meal for three: 110,000 − 3 × 30,000 | 20,000 | 0 |
| E-003 | 27,000 | spent two months before the agreement | 27,000 | 0 |
| E-004 | 60,000 | a meal, and nobody says for how many | 0 | 60,000 |
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
from starlette.testclient import TestClient

from settle.programme.folders import DEFAULT_PROGRAMME
from settle.web.app import make
from settle.web.desk import Desk, Start
from settle.web.gatekeeper import Gate
from settle.web.room import Room
from tests.kit import statement_lists
from tests.kit import usage_kit as kit

PORT = 8765
ORIGIN = f"http://127.0.0.1:{PORT}"
TOTALS = {"claimed": 224_000, "recognised": 117_000, "held": 60_000, "disallowed": 47_000}
HEADS = "innovation-partnership:Q:집행내역.참석인원"  # the question that E-004 waits for


def ledger(path: Path, **changes: Any) -> Path:
    """The workbook of the settlement. changes: of the agreement."""
    meal = {"지출유형": "식비", "거래처": "동네식당", "적요": "업무협의 식대"}
    two = {"집행번호": "E-002", "원인행위일": "2025-06-09", "집행일": "2025-06-09", "집행금액": 110_000}
    four = {"집행번호": "E-004", "원인행위일": "2025-06-16", "집행일": "2025-06-16", "집행금액": 60_000}
    nobody = {"참석인원": "", "내부인원": "", "외부인원": ""}
    lines = [
        kit.line(),
        kit.line(**meal, **two, 공급가액=100_000, 부가세=10_000),
        kit.line(집행번호="E-003", 원인행위일="2025-01-02", 집행일="2025-01-02"),
        kit.line(**meal, **four, **nobody, 공급가액=54_545, 부가세=5_455),
    ]
    papers = [
        kit.paper(),
        _paper(2, "2025-06-09", 100_000, 10_000),
        _paper(3, "2025-01-02", 24_545, 2_455),
        _paper(4, "2025-06-16", 54_545, 5_455),
    ]
    return kit.book(path, *lines, papers=papers, **changes)


def month(place: Path) -> tuple[Path, Path]:
    """The folder of two agreements, and the result of a month of them: 251,000 won claimed, 144,000 recognised."""
    from settle.batch import pool, run
    from settle.batch.month import Options

    folder, out = place / "협약들", place / "결과"
    (folder / "가").mkdir(parents=True)
    (folder / "나").mkdir()
    ledger(folder / "가" / "장부.xlsx", 협약번호="2025-가", 수행기관="가기관")
    line = kit.line(집행일="2025-07-01", 원인행위일="2025-07-01", 거래처="다른찻집")
    paper = kit.paper(승인번호="40000001", 발행일="2025-07-01", 발행자="다른찻집")
    kit.book(folder / "나" / "장부.xlsx", line, papers=[paper], 협약번호="2025-나", 수행기관="<b>나기관")
    run.run(folder, out, "2025-09", DEFAULT_PROGRAMME, pool.Here(), Options())
    return folder, out


def with_card(folder: Path, *parts: int) -> list[Path]:
    """The settlement with a fifth line of 33,000 won by card (E-005), and the card's list, which has it twelve days later
    under another name: nothing says that they are one. Row 11 of the list is nobody's.

    parts: won of several lines (E-005, E-006 …) in its place.
    """
    path = ledger(folder / "장부.xlsx")
    book = openpyxl.load_workbook(path)
    named = {
        "원인행위일": "2025-06-20",
        "집행일": "2025-06-20",
        "적요": "사무용 문구",
        "거래처": "문구나라",
    }
    won: dict[str, Any] = {"사업자등록번호": "", "세세목": "수용비및수수료"}
    blank = {"지출유형": "", "참석인원": "", "내부인원": "", "외부인원": ""}
    for number, amount in enumerate(parts or (33_000,), start=5):
        tax = amount // 11
        won |= {"집행번호": f"E-{number:03d}", "공급가액": amount - tax, "부가세": tax, "집행금액": amount}
        book["집행내역"].append(kit.line(**named, **won, **blank))
    book.save(path)
    listed = [
        ("30012345", 27_000, "2025-06-02", "동네찻집"),
        ("30012346", 110_000, "2025-06-09", "동네식당"),
        ("30012348", 60_000, "2025-06-16", "동네식당"),
        ("77700011", 33_000, "2025-07-02", "(주)다른이름"),
        ("88800022", 4_000, "2025-06-21", "편의점"),
    ]
    rows = [
        {"key": k, "won": w, "day": f"{d} 12:10", "name": n, "card": "1234-5678-9012-3456"} for k, w, d, n in listed
    ]
    return [path, statement_lists.write(folder, "card-hana", rows, "하나카드")]


def _paper(n: int, day: str, supply: int, vat: int) -> list[Any]:
    names = {"증빙번호": f"V-{n}", "집행번호": f"E-00{n}", "발행일": day, "승인번호": f"3001234{n + 4}"}
    return kit.paper(**names, 공급가액=supply, 세액=vat, 합계금액=supply + vat)


@dataclass
class Visitor:
    """A browser without script in front of a desk in this process."""

    desk: Desk
    client: TestClient
    state: dict[str, Any] = field(default_factory=dict)

    def get(self, path: str, **more: Any) -> Any:
        """A page; its forms' token is kept."""
        answer = self.client.get(path, follow_redirects=True, **more)
        html = answer.text if "html" in answer.headers.get("content-type", "") else ""
        if found := re.search(r'name="_form" value="([^"]+)"', html):
            self.state["form"] = found[1]
        return answer

    def send(self, path: str, data: dict[str, Any] | None = None, files: Any = None, **headers: str) -> Any:
        """Send a form as a browser does; the page after it. A header given as "" is not sent."""
        asked = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"} | {
            k.replace("_", "-"): v for k, v in headers.items()
        }
        asked = {name: value for name, value in asked.items() if value}
        body = {"_form": self.state.get("form", ""), **(data or {})}
        return self.client.post(path, data=body, files=files, headers=asked, follow_redirects=True)

    def room(self) -> Room:
        """The one open binder, when its work is done."""
        room = self.desk.rooms()[-1]
        assert room.wait(60)
        return room

    def act(self, page: str, data: dict[str, Any] | None = None, files: Any = None) -> Any:
        """A form of the open binder; waits for the judgement."""
        answer = self.send(f"/b/{self.room().key}/{page}", data, files)
        self.room()
        return answer

    def see(self, page: str, /, **query: str) -> Any:
        """A page of the open binder."""
        return self.get(f"/b/{self.room().key}/{page}", params=query)


def visitor(folder: Path, control: str = "") -> Visitor:
    """A desk whose new binders go into the folder, and a browser that showed its token. Set XDG_STATE_HOME before."""
    gate = Gate(PORT)
    desk = Desk(gate, Start(folder, control))
    client = TestClient(make(desk), base_url=ORIGIN, raise_server_exceptions=False)
    made = Visitor(desk, client)
    assert made.client.get("/enter", params={"token": gate.token()}).status_code == 200
    made.get("/")
    return made


def dropped(*paths: Path) -> list[tuple[str, tuple[str, bytes]]]:
    """Files as a form sends them."""
    return [("files", (path.name, path.read_bytes())) for path in paths]


@dataclass
class Running:
    """`settle open --no-browser` as a process of its own."""

    process: subprocess.Popen[str]
    url: str

    @property
    def origin(self) -> str:
        return self.url.partition("/enter")[0]

    def stop(self) -> int:
        """End it as a terminal does."""
        self.process.terminate()
        return self.process.wait(30)

    def kill(self) -> None:
        """End it as a power cut does."""
        self.process.kill()
        self.process.wait(30)


def running(folder: Path, *args: Any, **environment: str) -> Running:
    """Start a desk in a folder; its state lies there too."""
    process = subprocess.Popen(
        [sys.executable, "-m", "settle", "open", "--no-browser", *map(str, args)],
        cwd=folder,
        env=kit.environ(XDG_STATE_HOME=str(folder / "state"), **environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    if not url.startswith("http://127.0.0.1:"):
        process.kill()
        raise AssertionError((url, process.stderr.read() if process.stderr else ""))
    return Running(process, url)


def until(true: Any, seconds: float = 60) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.05)
