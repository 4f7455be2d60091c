# A mail server of others (aiosmtpd) that keeps each message: python mail.py PORT FOLDER
import itertools, pathlib, sys, threading
from aiosmtpd.controller import Controller
folder, number = pathlib.Path(sys.argv[2]), itertools.count(1)
class Keep:
    async def handle_DATA(self, server, session, envelope):
        (folder / f"{next(number)}.eml").write_bytes(envelope.original_content)
        return "250 stored"
Controller(Keep(), hostname="127.0.0.1", port=int(sys.argv[1]), enable_SMTPUTF8=len(sys.argv) < 4).start()
print("ready", flush=True)
threading.Event().wait()
