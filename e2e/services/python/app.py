"""A service in which every distribution does its work, native ones included. Prints its port; answers on loopback."""

from importlib.metadata import version

import numpy
from flask import Flask, jsonify
from lxml import etree
from PIL import Image
from pydantic import BaseModel
from werkzeug.serving import make_server


class Greeting(BaseModel):
    name: str


app = Flask(__name__)


@app.get("/")
def answer():
    return jsonify(
        greeting=Greeting(name="world").name,
        markupsafe=version("markupsafe"),
        sum=int(numpy.arange(5).sum()),
        image=Image.new("RGB", (2, 3)).size[1],
        xml=etree.fromstring("<a><b/></a>")[0].tag,
    )


server = make_server("127.0.0.1", 0, app)
print(f"listening on port {server.port}", flush=True)
server.serve_forever()
