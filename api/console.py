"""The built console as static files; where there is none, a page that says how to build it."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse, HTMLResponse, Response
from fastapi.staticfiles import StaticFiles

_HERE = Path(__file__).parent
_PLACES = (_HERE / "console", _HERE.parent / "ui" / "dist")
"""In the wheel, and in a checkout after ``make ui``."""
_MISSING = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Civicwatt</title>
<h1>Civicwatt</h1><p>The API is up. The console is not built yet: run <code>make ui</code>.</p>
<p lang="zh-CN">接口已启动。控制台尚未构建。请运行 <code>make ui</code>。</p></html>"""


class _Immutable(StaticFiles):
    """Assets carry a hash of their content in their name, so they never change."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]  # passed on
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def add_console(app: FastAPI) -> None:
    """Serve the console at ``/`` and every path that is no other route's."""
    built = next((place for place in _PLACES if (place / "index.html").is_file()), None)
    if built is None:
        app.get("/", include_in_schema=False)(lambda: HTMLResponse(_MISSING))
        return
    app.mount("/assets", _Immutable(directory=built / "assets"), name="assets")
    # Looked up by name: what a stranger writes into a path never reaches the file system.
    files = {file.name: file for file in built.iterdir() if file.is_file()}

    @app.get("/{path:path}", include_in_schema=False)
    def page(path: str) -> Response:
        """A file of the build, or the page itself: the console reads the path."""
        if path in files:
            return FileResponse(files[path])
        if path.startswith("api/"):
            return Response(status_code=404)
        return FileResponse(built / "index.html", headers={"Cache-Control": "no-cache"})
