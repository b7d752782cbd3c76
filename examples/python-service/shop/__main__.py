"""Says whether the number of a product is one: 13 digits, of which the last is made of the others."""

import os
import socket

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from stdnum import ean


async def product(request: Request) -> JSONResponse:
    number = request.path_params["number"]
    return JSONResponse({"number": ean.compact(number), "valid": ean.is_valid(number)})


service = Starlette(routes=[Route("/products/{number}", product)])

listener = socket.create_server(("127.0.0.1", int(os.environ.get("PORT", "8080"))))
print(f"listening on port {listener.getsockname()[1]}", flush=True)
uvicorn.Server(uvicorn.Config(service, log_level="warning")).run(sockets=[listener])
