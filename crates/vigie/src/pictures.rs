//! Pictures that lie beside the input.

use std::path::{Path, PathBuf};

use vigie_ingest::Input;
use vigie_media::{
    Limits, PictureReader,
    lists::{Known, ListFolder},
    ocr::{OcrError, OcrLimits, Tesseract},
};
use vigie_model::{NeutralMedia, PictureReading, Post};
use vigie_pipeline::Pictures;

use crate::settings::{self, Settings};

/// Pictures of one post that are read; more are left unread.
const MOST: usize = 8;

/// Reads pictures that posts name by a path, in the folder of their input.
#[derive(Debug)]
pub(crate) struct LocalPictures {
    /// Folder of each input; none for standard input.
    folders: Vec<Option<PathBuf>>,
    reader: PictureReader,
}

impl LocalPictures {
    pub(crate) fn new(inputs: &[Input], settings: &Settings) -> anyhow::Result<Self> {
        let lists = list_folder(settings).all()?;
        let pictures = settings.pictures.clone();
        let reader = PictureReader::new(Limits::default(), move || engine(&pictures), Known::new(lists, today()));
        Ok(Self { folders: inputs.iter().map(folder).collect(), reader })
    }
}

/// The program that reads text in pictures, with the configured languages.
pub(crate) fn engine(pictures: &settings::Pictures) -> Result<Tesseract, OcrError> {
    let languages: Vec<&str> = pictures.languages.iter().map(String::as_str).collect();
    Tesseract::find(&pictures.tesseract, &languages, OcrLimits::default())
}

/// Where the lists of hashes of a store lie.
pub(crate) fn list_folder(settings: &Settings) -> ListFolder {
    ListFolder::new(&settings.data.join("hashes"))
}

/// The present day, in UTC.
pub(crate) fn today() -> jiff::civil::Date {
    jiff::tz::TimeZone::UTC.to_datetime(jiff::Timestamp::now()).date()
}

fn folder(input: &Input) -> Option<PathBuf> {
    match input {
        Input::Stdin => None,
        Input::File(path) | Input::Export(path, _) => Some(path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()),
    }
}

impl Pictures for LocalPictures {
    fn look(&self, input: usize, post: &Post<'_>) -> Vec<PictureReading> {
        let (Some(media), Some(Some(folder))) = (&post.media, self.folders.get(input)) else { return Vec::new() };
        if !media.get().contains("\"path\"") {
            return Vec::new(); // the common case, without reading it
        }
        let Ok(media) = serde_json::from_str::<Vec<NeutralMedia>>(media.get()) else { return Vec::new() };
        let pictures = (0u32..).zip(&media).filter(|(_, item)| item.kind.as_deref().is_none_or(|kind| kind == "image" || kind == "gif"));
        let named = pictures.filter_map(|(number, item)| Some((number, item.path.as_deref()?)));
        named.take(MOST).map(|(number, path)| self.reader.read_file(folder, path, number)).collect()
    }
}
