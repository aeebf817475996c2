import sys, subprocess


def pss(code):
    p = subprocess.run(
        [
            sys.executable,
            "-c",
            code
            + "\nimport re\nprint('PSS',int(re.search(r'^Pss:\\s+(\\d+)',open('/proc/self/smaps_rollup').read(),re.M)[1])/1024)",
        ],
        capture_output=True,
        text=True,
    )
    return p.stdout.strip()[-8:] or p.stderr[-300:]


base = "import os"
for c in [
    "import os",
    "import threading,socket,selectors,json",
    "import dataclasses",
    "import dataclasses,tomllib,sqlite3,logging",
    "import click",
    "import psutil",
    "import prometheus_client",
    "import cheroot.server",
    "import cheroot.wsgi",
    "import waitress",
    "import jinja2",
    "import bcrypt",
    "import usb.core",
    "import http.client",
    "import http.client,ssl",
    "import smtplib",
    "import dns.message,dns.query",
    "import asyncio",
    "import asyncio,h11",
    "import dataclasses,tomllib,sqlite3,logging,click,psutil",
    "import dataclasses,tomllib,sqlite3,logging,psutil,prometheus_client",
    "import dataclasses,tomllib,sqlite3,logging,psutil,prometheus_client,cheroot.wsgi",
    "import dataclasses,tomllib,sqlite3,logging,psutil,prometheus_client,cheroot.wsgi,click,http.client,ssl",
    "import dataclasses,tomllib,sqlite3,logging,psutil,prometheus_client,waitress,click,http.client,ssl",
    "import dataclasses,tomllib,sqlite3,logging,psutil,prometheus_client,waitress,http.client,ssl",
]:
    pss(c)
    print(pss(c), c)
