# SPDX-License-Identifier: GPL-3.0-or-later
"""An object store for tests: strict about signatures, and faulty when told to be.

Every request's signature is computed again by botocore, which shares no code with libcurl; the time,
the scope and the hash of the body must fit as well. What it holds is a dict. Where a bucket is kept in
truth is somebody else's work; here it is only seen what the platform makes of its answers."""
import calendar
import hashlib
import http.server
import os
import re
import socket
import ssl
import struct
import subprocess
import threading
import time

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEY_ID, SECRET, REGION, BUCKET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "cn-sample-1", "photos"
SCHEME = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})"
)
NEEDED = {"host", "x-amz-date", "x-amz-content-sha256"}


class Refused(Exception):
    """With the code that S3 would give."""


def verify(method, url, headers, body):
    """Raises unless the request is signed as the rules say."""
    found = SCHEME.fullmatch(headers.get("Authorization", ""))
    if not found:
        raise Refused("AuthorizationHeaderMalformed")
    key_id, day, region, names, signature = found.groups()
    stamp = headers.get("X-Amz-Date", "")
    signed = names.split(";")
    if key_id != KEY_ID:
        raise Refused("InvalidAccessKeyId")
    if region != REGION or not stamp.startswith(day) or not NEEDED <= set(signed) or signed != sorted(signed):
        raise Refused("AuthorizationHeaderMalformed")
    if abs(calendar.timegm(time.strptime(stamp, "%Y%m%dT%H%M%SZ")) - time.time()) > 900:
        raise Refused("RequestTimeTooSkewed")
    claimed = headers["X-Amz-Content-Sha256"]
    if method == "PUT" and claimed != hashlib.sha256(body).hexdigest():
        raise Refused("XAmzContentSHA256Mismatch")
    request = AWSRequest(method=method, url=url, headers={name: headers[name] for name in signed if name != "host"})
    request.context["timestamp"] = stamp
    auth = S3SigV4Auth(Credentials(KEY_ID, SECRET), "s3", REGION)
    if auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request) != signature:
        raise Refused("SignatureDoesNotMatch")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format, *arguments):
        pass

    def answer(self, status, body=b"", length=None):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status, code):
        self.answer(status, f"<?xml version='1.0'?><Error><Code>{code}</Code></Error>".encode())

    def cut(self):
        """As a line that breaks: a reset."""
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def handle_one(self):
        store = self.server.store  # of the server that took the connection, which may be gone
        length = int(self.headers.get("Content-Length", "0"))
        fault = store.fault
        store.asked.append((self.command, self.path, fault))
        if store.server is None:
            return self.cut()  # a connection that was open already
        if fault == "cut-body" and self.command == "PUT":
            self.rfile.read(length // 2)
            return self.cut()
        body = self.rfile.read(length)
        if fault == "slow":
            store.waiting.release()
            store.go_on.wait(60)
            return self.cut()
        if fault in ("403", "500"):
            return self.refuse(int(fault), {"403": "AccessDenied", "500": "InternalError"}[fault])
        try:
            verify(self.command, f"http://{self.headers['Host']}{self.path}", self.headers, body)
        except Refused as reason:
            store.refused.append(str(reason))
            return self.refuse(403, str(reason))
        if not self.path.startswith(f"/{BUCKET}/"):
            return self.refuse(404, "NoSuchBucket")
        if self.command == "PUT":
            if fault != "forgets":
                store.objects[self.path.rsplit("/", 1)[1]] = body
            return self.cut() if fault == "cut-answer" else self.answer(200)
        found = store.objects.get(self.path.rsplit("/", 1)[1])
        if found is None:
            return self.refuse(404, "NoSuchKey")
        if self.command == "HEAD":
            return self.answer(200, length=len(found))
        if fault == "cut-get":
            self.answer(200, found[: len(found) // 2], length=len(found))
            return self.cut()
        return self.answer(200, found)

    do_GET = do_HEAD = do_PUT = handle_one


class Authority:
    """One that nobody knows, and a certificate of its own for a store on this machine."""

    def __init__(self, folder, name):
        self.ca, self.key, self.cert = (os.path.join(folder, f"{name}-{part}.pem") for part in ("ca", "key", "cert"))
        new = ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        secret, ask = self.ca + ".key", self.cert + ".csr"
        for command in ([*new, "-x509", "-days", "2", "-keyout", secret, "-out", self.ca, "-subj", f"/CN={name}"],
                        [*new, "-keyout", self.key, "-out", ask, "-subj", "/CN=store", "-addext", "subjectAltName=IP:127.0.0.1"],
                        ["openssl", "x509", "-req", "-in", ask, "-CA", self.ca, "-CAkey", secret, "-days", "2", "-copy_extensions", "copyall",
                         "-out", self.cert]):
            subprocess.run(command, check=True, capture_output=True)


class Quiet(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A platform that does not trust us goes away."""


class Store:
    def __init__(self, authority=None):
        self.authority = authority
        self.objects, self.asked, self.refused, self.fault, self.port = {}, [], [], None, 0
        self.waiting, self.go_on = threading.Semaphore(0), threading.Event()
        self.start()

    def start(self):
        self.server = (Quiet if self.authority else http.server.ThreadingHTTPServer)(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        self.server.store = self
        if self.authority:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.authority.cert, self.authority.key)
            # the hand-shake belongs to the connection's thread, not to the one that accepts
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
        self.server = None

    def settings(self, secret=SECRET, url=None, ca=None):
        url = url or f"http{'s' if self.authority else ''}://127.0.0.1:{self.port}/{BUCKET}/wangge/"
        more = f"ca-file={ca}\n" if ca else ""
        return f"[s3]\nurl={url}\nregion={REGION}\nkey-id={KEY_ID}\nsecret={secret}\ncache-mib=20\n{more}"
