//! Writing pages as PDF/A-2b.

use krilla::{
    Document as Pdf, SerializeSettings,
    color::rgb,
    configure::{Archival, ConfigurationBuilder},
    geom::{PathBuilder, Point, Rect},
    metadata::{DateTime, Metadata},
    num::NormalizedF32,
    page::PageSettings,
    paint::{Fill, FillRule},
    surface::Surface,
    text::{Font, TextDirection},
};

use super::{
    Document,
    font::{self, Typeface},
    layout::{self, Colour, Mark, PAGE},
};

/// A document that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// A font that is compiled in is damaged.
    #[error("a font of this program cannot be read")]
    Font,
    /// The standard was not met.
    #[error("the document cannot be written as PDF/A-2b: {0}")]
    Standard(String),
}

struct Fonts {
    regular: Font,
    bold: Font,
    emoji: Font,
}

impl Fonts {
    fn load() -> Result<Self, PdfError> {
        let load = |data: &'static [u8]| Font::new(data.into(), 0).ok_or(PdfError::Font);
        Ok(Self { regular: load(font::REGULAR)?, bold: load(font::BOLD)?, emoji: load(font::EMOJI)? })
    }

    fn of(&self, face: Typeface) -> Font {
        match face {
            Typeface::Regular => self.regular.clone(),
            Typeface::Bold => self.bold.clone(),
            Typeface::Emoji => self.emoji.clone(),
        }
    }
}

/// The document as PDF/A-2b.
///
/// # Errors
/// [`PdfError`]; not for any text.
pub fn pdf(document: &Document) -> Result<Vec<u8>, PdfError> {
    let fonts = Fonts::load()?;
    let standard = ConfigurationBuilder::new().with_archival_validator(Archival::A2_B).finish();
    let configuration = standard.map_err(|error| PdfError::Standard(format!("{error:?}")))?;
    let mut pdf = Pdf::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    pdf.set_metadata(metadata(document));
    let pages = layout::lay_out(&document.blocks);
    let count = pages.len().to_string();
    for (number, marks) in (1..).zip(&pages) {
        let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or(PdfError::Font)?;
        let mut page = pdf.start_page_with(settings);
        let mut surface = page.surface();
        let right = document.page_number.replace("{n}", &usize::to_string(&number)).replace("{m}", &count);
        for mark in marks.iter().chain(&layout::footer(&document.footer, &right)) {
            draw(&mut surface, mark, &fonts);
        }
        surface.finish();
        page.finish();
    }
    pdf.finish().map_err(|error| PdfError::Standard(format!("{error:?}")))
}

fn metadata(document: &Document) -> Metadata {
    let metadata = Metadata::new()
        .title(document.title.clone())
        .language(document.language.clone())
        .authors(vec![document.author.clone()])
        .creator("Vigie".to_owned())
        .document_id(document.footer.clone());
    match date(&document.created_at) {
        Some(date) => metadata.creation_date(date),
        None => metadata,
    }
}

fn date(at: &str) -> Option<DateTime> {
    let fields = at.parse::<jiff::Timestamp>().ok()?.strftime("%Y %m %d %H %M %S").to_string();
    let mut fields = fields.split(' ');
    let year = DateTime::new(fields.next()?.parse().ok()?);
    let mut next = || fields.next()?.parse().ok();
    Some(year.month(next()?).day(next()?).hour(next()?).minute(next()?).second(next()?).utc_offset_hour(0).utc_offset_minute(0))
}

fn fill(colour: Colour) -> Fill {
    Fill { paint: rgb::Color::new(colour.0, colour.1, colour.2).into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero }
}

fn draw(surface: &mut Surface<'_>, mark: &Mark, fonts: &Fonts) {
    match mark {
        Mark::Text { x, y, size, bold, colour, text } => {
            surface.set_fill(Some(fill(*colour)));
            let mut at = *x;
            for run in font::runs(text, *bold) {
                surface.draw_text(Point::from_xy(at, *y), fonts.of(run.face), *size, &run.text, false, TextDirection::LeftToRight);
                at += run.width(*size);
            }
        }
        Mark::Area { x, y, width, height, colour } => {
            surface.set_fill(Some(fill(*colour)));
            let mut path = PathBuilder::new();
            if let Some(area) = Rect::from_xywh(*x, *y, *width, *height) {
                path.push_rect(area);
            }
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
        }
    }
}
