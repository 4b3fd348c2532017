# SPDX-License-Identifier: MIT
"""A headless Chromium, driven over a pipe by the DevTools protocol: one page, and what went wrong in it."""
import json
import os
import select
import shutil
import subprocess
import tempfile
import time


class Chromium:
    """What it heard of the page is in `wrong` (errors, dialogs, violations of its policy) and `asked` (addresses)."""

    def __init__(self, program, patience_s):
        self.profile = tempfile.mkdtemp(prefix="contend-browser-")
        its_in, self.to = os.pipe()
        self.back, its_out = os.pipe()
        # The protocol's pipe is descriptors 3 and 4 of the browser.
        command = ["sh", "-c", f'exec "$@" 3<&{its_in} 4>&{its_out}', "-", program, "--headless=new", "--no-sandbox",
                   "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
                   "--disable-background-networking", "--disable-component-update", "--disable-sync",
                   "--hide-scrollbars", "--remote-debugging-pipe", f"--user-data-dir={self.profile}", "about:blank"]
        self.log = open(os.path.join(self.profile, "log"), "wb")
        self.process = subprocess.Popen(command, pass_fds=(its_in, its_out), stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log)
        os.close(its_in)
        os.close(its_out)
        self.patience_s, self.text, self.id, self.session = patience_s, b"", 0, None
        self.wrong, self.asked, self.events = [], [], []
        target = [t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page"][0]["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in "Page", "Network", "Runtime", "Log":
            self.call(domain + ".enable")

    def close(self):
        try:
            self.session = None
            self.call("Browser.close")
        except (OSError, RuntimeError):
            pass
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.profile, ignore_errors=True)

    def message(self, until):
        while b"\0" not in self.text:
            if not select.select([self.back], [], [], max(0, until - time.monotonic()))[0]:
                raise RuntimeError(f"chromium did not answer within {self.patience_s} s")
            more = os.read(self.back, 1 << 16)
            if not more:
                raise RuntimeError("chromium has ended: " + open(self.log.name, errors="replace").read()[-800:])
            self.text += more
        one, self.text = self.text.split(b"\0", 1)
        return json.loads(one)

    def heard(self, m):
        method, p = m.get("method"), m.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.wrong.append("exception: " + json.dumps(p["exceptionDetails"])[:400])
        elif method == "Runtime.consoleAPICalled":
            self.wrong.append("console: " + json.dumps(p["args"])[:400])
        elif method == "Log.entryAdded":
            self.wrong.append("log: " + p["entry"]["text"][:400])
        elif method == "Page.javascriptDialogOpening":
            self.wrong.append("dialog: " + p["message"])
        elif method == "Network.requestWillBeSent":
            self.asked.append(p["request"]["url"])
        if method:
            self.events.append(method)

    def call(self, method, **params):
        self.id += 1
        m = {"id": self.id, "method": method, "params": params}
        if self.session:
            m["sessionId"] = self.session
        data, until = json.dumps(m).encode() + b"\0", time.monotonic() + self.patience_s
        while data:
            data = data[os.write(self.to, data):]
        while True:
            answer = self.message(until)
            if answer.get("id") == self.id:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.heard(answer)

    def open(self, url):
        self.wrong, self.asked, self.events = [], [], []
        self.call("Page.navigate", url=url)
        until = time.monotonic() + self.patience_s
        while "Page.loadEventFired" not in self.events:
            self.heard(self.message(until))

    def js(self, expression):
        """The value of an expression; of a promise, what it comes to."""
        r = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in r:
            raise RuntimeError(json.dumps(r["exceptionDetails"])[:600])
        return r["result"].get("value")

    def look(self, width, scheme="light", media=""):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", media=media,
                  features=[{"name": "prefers-color-scheme", "value": scheme}])

    def press(self, key, code):
        for kind in "keyDown", "keyUp":
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code,
                      text="\r" if key == "Enter" and kind == "keyDown" else "")
