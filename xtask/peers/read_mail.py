# What a stranger's parser finds in a mail: python read_mail.py FILE.eml FOLDER; writes the attachments.
import email, email.policy, json, pathlib, sys
mail = email.message_from_bytes(pathlib.Path(sys.argv[1]).read_bytes(), policy=email.policy.default)
names = []
for part in mail.iter_attachments():
    names.append(part.get_filename())
    (pathlib.Path(sys.argv[2]) / part.get_filename()).write_bytes(part.get_payload(decode=True))
print(json.dumps({"subject": mail["subject"], "id": mail["message-id"], "body": mail.get_body().get_content(), "names": names}))
