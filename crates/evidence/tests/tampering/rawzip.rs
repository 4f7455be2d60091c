//! A ZIP writer without scruples.

use vigie_evidence::wacz::PackageFile;

#[derive(Default, Clone)]
pub(crate) struct Trick {
    /// Bytes before the first member.
    pub(crate) before: Vec<u8>,
    /// Bytes between the last member and the directory.
    pub(crate) gap: Vec<u8>,
    /// Comment at the end.
    pub(crate) comment: Vec<u8>,
    /// Extra field of each member's header.
    pub(crate) extra: Vec<u8>,
    /// General purpose flags.
    pub(crate) flags: u16,
    /// Name that the first member has in its own header only.
    pub(crate) local_name: Option<String>,
    /// Wrong check sum of the first member.
    pub(crate) bad_crc: bool,
    /// First member is left out of the directory.
    pub(crate) unlisted: bool,
}

pub(crate) fn zip(files: &[PackageFile], trick: &Trick) -> Vec<u8> {
    let (mut out, mut directory, mut listed) = (trick.before.clone(), Vec::new(), 0_u16);
    for (number, file) in files.iter().enumerate() {
        let offset = u32::try_from(out.len()).unwrap();
        let mut crc = flate2::Crc::new();
        crc.update(&file.bytes);
        let crc = crc.sum() ^ u32::from(trick.bad_crc && number == 0);
        let size = u32::try_from(file.bytes.len()).unwrap();
        let common: Vec<u8> = [&trick.flags.to_le_bytes()[..], &[0; 6], &crc.to_le_bytes(), &size.to_le_bytes(), &size.to_le_bytes()].concat();
        let name = trick.local_name.as_ref().filter(|_| number == 0).unwrap_or(&file.path).as_bytes();
        let lengths = [(name.len() as u16).to_le_bytes(), (trick.extra.len() as u16).to_le_bytes()].concat();
        out.extend([&[0x50, 0x4b, 3, 4, 20, 0][..], &common, &lengths, name, &trick.extra, &file.bytes].concat());
        if trick.unlisted && number == 0 {
            continue;
        }
        listed += 1;
        let name = file.path.as_bytes();
        let rest = [&(name.len() as u16).to_le_bytes()[..], &[0; 12], &offset.to_le_bytes()].concat();
        directory.extend([&[0x50, 0x4b, 1, 2, 20, 3, 20, 0][..], &common, &rest, name].concat());
    }
    out.extend(&trick.gap);
    let start = u32::try_from(out.len()).unwrap();
    out.extend(&directory);
    let counts = [listed.to_le_bytes(), listed.to_le_bytes()].concat();
    let size = u32::try_from(directory.len()).unwrap();
    let tail = [&size.to_le_bytes()[..], &start.to_le_bytes(), &(trick.comment.len() as u16).to_le_bytes(), &trick.comment].concat();
    out.extend([&[0x50, 0x4b, 5, 6, 0, 0, 0, 0][..], &counts, &tail].concat());
    out
}
