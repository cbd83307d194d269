"""Counts how many of the generated checkout sessions were really created."""

import atexit
import os

import schemathesis

CREATE = "POST /checkout/session"
counts = {"created": 0, "generated": 0}


@schemathesis.hook
def after_call(context, case, response):
    if case.operation.label != CREATE or case.method != "POST":
        return
    counts["generated"] += 1
    try:
        counts["created"] += response.json()["code"] == 200
    except (ValueError, KeyError, TypeError):
        pass


@atexit.register
def report():
    with open(os.environ["CREATES_REPORT"], "w") as file:
        print(counts["created"], counts["generated"], file=file)
