"""Debian's Chromium without a window, for pages on loopback."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

WAIT_S = 15
PHONE, DESKTOP = (360, 740), (1280, 900)

# Every visible text with too little contrast to what is behind it, by WCAG 2.1: 4.5, or 3 for large text.
LOW_CONTRAST = """
const parse = (text) => text.match(/[\\d.]+/g).map(Number);
const over = (top, below) => { const a = top[3] ?? 1; return [0, 1, 2].map((i) => top[i] * a + below[i] * (1 - a)); };
const behind = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
};
const luminance = (color) => color.slice(0, 3).map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !node.checkVisibility() || node.closest('svg, option, script')) continue;
    const style = getComputedStyle(node);
    const ground = behind(node);
    const [light, dark] = [luminance(over(parse(style.color), ground)), luminance(ground)].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize);
    const least = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < least) found.push(`${walker.currentNode.textContent.trim().slice(0, 40)}: ${ratio.toFixed(2)}`);
}
return found;
"""

# The ratio of two of the style sheet's colours: what is drawn in SVG has no computed background.
PAIR_CONTRAST = """
const probe = document.body.appendChild(document.createElement('span'));
const luminance = (name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color.match(/[\\d.]+/g).slice(0, 3).map((c) => c / 255)
        .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
};
const [light, dark] = [luminance(arguments[0]), luminance(arguments[1])].sort((a, b) => b - a);
probe.remove();
return (light + 0.05) / (dark + 0.05);
"""

WIDER_THAN_THE_WINDOW = """
const width = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth <= width) return [];
return [...document.body.querySelectorAll('*')].filter((node) => node.checkVisibility() && !node.closest('.wide *') && node.getBoundingClientRect().right > width + 0.5)
    .map((node) => `${node.tagName} ${node.id} ${node.className?.baseVal ?? node.className}`).slice(0, 8);
"""


class Browser:
    def __init__(self, scratch: Path) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in (
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--no-first-run",
            "--no-proxy-server",
            "--disable-background-networking",
            "--disable-component-update",
            "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
            f"--user-data-dir={scratch}",
        ):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.driver.set_page_load_timeout(WAIT_S)
        self.driver.set_script_timeout(WAIT_S)

    def quit(self) -> None:
        self.driver.quit()

    def open(self, url: str) -> None:
        self.driver.get("about:blank")  # a changed fragment alone would not load the page anew
        self.driver.get_log("browser")
        self.driver.get(url)

    def resize(self, size: tuple[int, int]) -> None:
        width, height = size
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def prefer(self, scheme: str, reduced_motion: bool = True) -> None:
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        features += [{"name": "prefers-reduced-motion", "value": "reduce"}] if reduced_motion else []
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def script(self, text: str, *arguments: Any) -> Any:
        return self.driver.execute_script(text, *arguments)

    def find(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def find_all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        return self.script("return document.querySelector(arguments[0])?.innerText.replace(/\\s+/g, ' ').trim() ?? '(nothing)'", selector)

    def texts(self, selector: str) -> list[str]:
        gather = "return [...document.querySelectorAll(arguments[0])].filter((n) => n.checkVisibility()).map((n) => n.innerText.replace(/\\s+/g, ' ').trim())"
        return self.script(gather, selector)

    def until(self, condition: Callable[[], Any]) -> Any:
        """Looks again and again, bounded; gives the last answer, whether it came to that or not."""
        deadline = time.monotonic() + WAIT_S
        while not (answer := condition()) and time.monotonic() < deadline:
            time.sleep(0.03)
        return answer

    def complaints(self) -> list[str]:
        """What the console holds: errors, and what the Content-Security-Policy refused."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def accessible_nodes(self) -> list[tuple[str, str]]:
        """(role, name) of everything that a screen reader is told of."""
        nodes = self.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
        return [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node.get("ignored") and "role" in node]

    def save_picture(self, file: Path, whole: bool = True) -> None:
        """A page that is longer than `piece` goes into several files: NAME.png, NAME.2.png ..."""
        piece = 1800
        width, height = self.script("const root = document.documentElement; return [root.clientWidth, arguments[0] ? root.scrollHeight : innerHeight]", whole)
        for i, top in enumerate(range(0, height, piece)):
            clip = {"x": 0, "y": top, "width": width, "height": min(piece, height - top), "scale": 1}
            picture = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": whole, "format": "png", "clip": clip})
            (file if i == 0 else file.with_suffix(f".{i + 1}.png")).write_bytes(base64.b64decode(picture["data"]))
