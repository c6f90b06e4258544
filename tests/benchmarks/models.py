"""The peers: a program that runs the policy of another bot with one HTTP client.

A: per task, a read and an edit by interaction token each second. B: per task, a read and an edit each 5 s,
on a timer that does not wait for them. C: per task, a read each 3 s, and one edit at the end. D: one batch
each 15 s for all tasks, and an edit of what changed.
Requests to Discord are sent one after another per bucket and obey its headers, as client libraries do.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import defaultdict
from typing import Any

import aiohttp

KEY = {"Authorization": "Bearer sandbox-key"}


class Peer:
    """One peer. ``setup`` has its addresses, tokens and jobs; see `rig`."""

    def __init__(self, session: aiohttp.ClientSession, setup: dict[str, Any]) -> None:
        self._session = session
        self._api, self._upstream = setup["api"], setup["upstream"]
        self._bot = {"Authorization": f"Bot {setup['token']}"}
        self._until = setup["until"]
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.jobs: list[dict[str, Any]] = setup["jobs"]

    async def read(self, task_id: str) -> dict[str, Any]:
        url = f"{self._upstream}/mj/task/{task_id}/fetch"
        async with self._session.get(url, headers=KEY) as answer:
            return dict(await answer.json())

    async def read_all(self, ids: list[str]) -> list[dict[str, Any]]:
        url = f"{self._upstream}/mj/task/list-by-condition"
        async with self._session.post(url, headers=KEY, json={"ids": ids}) as answer:
            return list(await answer.json())

    async def discord(self, bucket: str, method: str, path: str, task: dict[str, Any]) -> None:
        done = task["status"] == "SUCCESS"
        embed = {"title": "Done" if done else task["status"], "description": task["progress"]}
        async with self._locks[bucket]:
            while time.time() < self._until:
                async with self._session.request(
                    method, self._api + path, json={"embeds": [embed]}, headers=self._bot
                ) as answer:
                    body = await answer.json()
                    wait = answer.headers.get("X-RateLimit-Reset-After", "0")
                    if answer.status == 429:
                        await asyncio.sleep(float(body["retry_after"]))
                        continue
                    if answer.headers.get("X-RateLimit-Remaining") == "0":
                        await asyncio.sleep(float(wait))
                    return

    async def edit(self, job: dict[str, Any], task: dict[str, Any], *, by_token: bool = False) -> None:
        if by_token:
            path = f"/webhooks/{job['application']}/{job['token']}/messages/@original"
            await self.discord(job["token"], "PATCH", path, task)
        else:
            path = f"/channels/{job['channel']}/messages/{job['message']}"
            await self.discord(job["channel"], "PATCH", path, task)

    async def begin(self, job: dict[str, Any]) -> None:
        await asyncio.sleep(max(0.0, job["start"] - time.time()))

    def living(self) -> bool:
        return time.time() < float(self._until)


async def model_a(peer: Peer, job: dict[str, Any]) -> None:
    await peer.begin(job)
    while peer.living():
        task = await peer.read(job["task"])
        await peer.edit(job, task, by_token=True)
        if task["status"] == "SUCCESS":
            return
        await asyncio.sleep(1.0)


async def model_b(peer: Peer, job: dict[str, Any]) -> None:
    await peer.begin(job)
    ended = asyncio.Event()

    async def tick() -> None:
        task = await peer.read(job["task"])
        if task["status"] == "SUCCESS":
            ended.set()
        await peer.edit(job, task)

    async with asyncio.TaskGroup() as ticks:
        while peer.living() and not ended.is_set():
            ticks.create_task(tick())
            await asyncio.sleep(5.0)


async def model_c(peer: Peer, job: dict[str, Any]) -> None:
    await peer.begin(job)
    while peer.living():
        await asyncio.sleep(3.0)
        task = await peer.read(job["task"])
        if task["status"] == "SUCCESS":
            await peer.edit(job, task)
            return


async def model_d(peer: Peer) -> None:
    seen: dict[str, str] = {}
    jobs = {job["task"]: job for job in peer.jobs}
    async with asyncio.TaskGroup() as edits:
        while peer.living() and not all(seen.get(each) == "100%" for each in jobs):
            live = [k for k, job in jobs.items() if job["start"] <= time.time() and seen.get(k) != "100%"]
            for task in await peer.read_all(live) if live else []:
                if seen.get(task["id"]) != task["progress"]:
                    seen[task["id"]] = task["progress"]
                    edits.create_task(peer.edit(jobs[task["id"]], task))
            await asyncio.sleep(15.0)


async def main(model: str, setup: dict[str, Any]) -> None:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        peer = Peer(session, setup)
        if model == "D":
            await model_d(peer)
            return
        policy = {"A": model_a, "B": model_b, "C": model_c}[model]
        async with asyncio.TaskGroup() as tasks:
            for job in peer.jobs:
                tasks.create_task(policy(peer, job))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], json.load(sys.stdin)))
