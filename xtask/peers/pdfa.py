# Checks of PDF/A-2b (ISO 19005-2) that can be made with an independent reader (pikepdf, which is qpdf): python pdfa.py FILE
# No full validator (veraPDF) is in the registries; these are the rules that such a document can break.
import re, sys, pikepdf
pdf = pikepdf.open(sys.argv[1])
assert pdf.check() == [] if hasattr(pdf, "check") else True, pdf.check()
assert not pdf.is_encrypted
root = pdf.Root
xmp = root.Metadata.read_bytes().decode()
assert re.search(r"pdfaid:part(>|=.)2", xmp) and re.search(r"pdfaid:conformance(>|=.)B", xmp), xmp
intent = root.OutputIntents[0]
assert intent.S == "/GTS_PDFA1" and intent.DestOutputProfile.read_bytes()[36:40] == b"acsp"
assert "/ID" in pdf.trailer and "/AA" not in root and "/OpenAction" not in root and "/JavaScript" not in root.get("/Names", {})
fonts = set()
for page in pdf.pages:
    for font in page.Resources.Font.values():
        fonts.add(font.objgen)
        below = font.DescendantFonts[0] if "/DescendantFonts" in font else font
        if font.Subtype != "/Type3":
            descriptor = below.FontDescriptor
            assert any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")), "font not embedded"
            assert "/ToUnicode" in font
    for annotation in page.get("/Annots", []):
        assert annotation.Subtype == "/Link"
for item in pdf.objects:
    if isinstance(item, pikepdf.Stream):
        filters = item.get("/Filter", [])
        assert "/LZWDecode" not in ([filters] if isinstance(filters, pikepdf.Name) else list(filters)) and "/F" not in item
print(f"{len(pdf.pages)} pages, {len(fonts)} fonts, all embedded; PDF/A-2b metadata and output intent present")
