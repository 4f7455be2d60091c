//! Menus and flyers as pictures, with what stands on them: for measuring how much of a picture is read.
//!
//! Everything follows from a number. Words and grounds are our own; telephones, handles and links are those of the whole testkit.

mod draw;
mod wear;

use std::sync::OnceLock;

use ab_glyph::FontRef;
use draw::{Canvas, Ink};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
pub use wear::Wear;

/// A price on a flyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlyerPrice {
    /// In euros.
    pub amount: u32,
    /// Grams.
    pub quantity: u32,
}

/// A picture and what stands on it.
#[derive(Debug, Clone)]
pub struct Flyer {
    /// A JPEG file.
    pub jpeg: Vec<u8>,
    /// Lines as they are written.
    pub lines: Vec<String>,
    /// Prices in their order.
    pub prices: Vec<FlyerPrice>,
    /// E.164.
    pub phone: String,
    /// Snapchat or Telegram, without `@`.
    pub handle: String,
    /// What the QR code says, if there is one.
    pub code: Option<String>,
}

/// Width of a flyer before wear.
const WIDTH: u32 = 900;

/// Longest line, in pixels.
const LINE: f32 = 810.0;

/// Height of a flyer before wear.
const HEIGHT: u32 = 1_100;

const TITLES: [&str; 6] = ["MENU DU SOIR", "CARTE", "PROMO WEEK-END", "TARIFS", "Nouvelle carte", "ARRIVAGE"];
const PRODUCTS: [&str; 8] = ["Beuh", "Shit", "Weed", "Amnesia", "Filtré", "Coke", "Frozen", "Résine"];
const SERVICE: [&str; 6] = ["Livraison 7j/7", "Dispo de 10h à 2h", "Paiement à la réception", "Service discret", "Livraison à domicile", "Rapide et sérieux"];
const HANDLES: [&str; 6] = ["fictif_plug", "demo.menu", "example_chef", "fictifshop", "demo_express", "examplelabo"];

/// The flyer of a number, worn as said.
#[must_use]
pub fn flyer(seed: u64, wear: Wear) -> Flyer {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut flyer = content(&mut rng);
    let canvas = page(&mut rng, &flyer);
    flyer.jpeg = wear.apply(&canvas, &mut rng);
    flyer
}

fn pick<'t>(rng: &mut ChaCha8Rng, from: &[&'t str]) -> &'t str {
    from.get(rng.random_range(0..from.len())).copied().unwrap_or_default()
}

fn content(rng: &mut ChaCha8Rng) -> Flyer {
    let mut lines = vec![pick(rng, &TITLES).to_owned()];
    let mut prices = Vec::new();
    for _ in 0..rng.random_range(2..=4) {
        lines.push(offer(rng, &mut prices));
    }
    lines.push(pick(rng, &SERVICE).to_owned());
    let digits: [u32; 4] = std::array::from_fn(|_| rng.random_range(0..10));
    let [a, b, c, d] = digits;
    lines.push(match rng.random_range(0..3) {
        0 => format!("Tel : 06 39 98 {a}{b} {c}{d}"),
        1 => format!("06.39.98.{a}{b}.{c}{d}"),
        _ => format!("WhatsApp +33 6 39 98 {a}{b} {c}{d}"),
    });
    let handle = format!("{}{}", pick(rng, &HANDLES), rng.random_range(10..99));
    lines.push(if rng.random_bool(0.5) { format!("Snap : {handle}") } else { format!("Telegram @{handle}") });
    let code = rng.random_bool(0.4).then(|| format!("https://t.me/{handle}"));
    Flyer { jpeg: Vec::new(), lines, prices, phone: format!("+3363998{a}{b}{c}{d}"), handle, code }
}

/// A line of one or two prices.
fn offer(rng: &mut ChaCha8Rng, prices: &mut Vec<FlyerPrice>) -> String {
    let product = pick(rng, &PRODUCTS);
    let mut price = |quantity: u32, euros: u32| {
        let price = FlyerPrice { amount: euros * quantity, quantity };
        prices.push(price);
        price
    };
    let euros = rng.random_range(5..13);
    let some = [2, 3, 5].get(rng.random_range(0..3)).copied().unwrap_or(2);
    match rng.random_range(0..4) {
        0 => format!("{product} : {} € le gramme", price(1, euros).amount),
        1 => {
            let (small, large) = (price(some, euros), price(10, euros));
            format!("{product} {}g = {} €, {}g = {} €", small.quantity, small.amount, large.quantity, large.amount)
        }
        2 => {
            let one = price(some, euros);
            format!("{product} {}g - {}€", one.quantity, one.amount)
        }
        _ => {
            let one = price(some, euros);
            format!("{product} : {} g {} €", one.quantity, one.amount)
        }
    }
}

/// Ground and letters that differ clearly; some grounds are dark.
const COLOURS: [(Ink, Ink, Ink); 8] = [
    ([255, 255, 255], [245, 245, 245], [10, 10, 10]),
    ([250, 240, 210], [235, 220, 180], [60, 20, 10]),
    ([20, 20, 30], [50, 30, 60], [250, 250, 250]),
    ([10, 60, 30], [20, 100, 50], [250, 240, 120]),
    ([250, 200, 60], [250, 160, 40], [20, 20, 60]),
    ([200, 230, 250], [150, 190, 240], [20, 20, 80]),
    ([120, 20, 40], [60, 10, 40], [255, 230, 230]),
    ([190, 190, 190], [240, 240, 240], [160, 10, 20]),
];

fn page(rng: &mut ChaCha8Rng, flyer: &Flyer) -> Canvas {
    let (top, bottom, ink) = COLOURS.get(rng.random_range(0..COLOURS.len())).copied().unwrap_or(([255; 3], [255; 3], [0; 3]));
    let mut canvas = Canvas::ground(WIDTH, HEIGHT, top, bottom);
    let Some(font) = fonts().get(rng.random_range(0..3)) else { return canvas };
    let height = rng.random_range(34.0f32..46.0);
    let mut y = 50.0;
    for (number, line) in flyer.lines.iter().enumerate() {
        let size = if number == 0 { height * 1.5 } else { height };
        // A line that is wider than the page gets smaller letters.
        let size = size.min(size * LINE / draw::width(font, line, size));
        canvas.write(font, line, size, (45.0, y), ink);
        y += size * 1.75;
    }
    if let Some(code) = &flyer.code {
        canvas.code(code, (WIDTH - 300, HEIGHT - 300), 250);
    }
    canvas
}

fn fonts() -> &'static [FontRef<'static>] {
    static FONTS: OnceLock<Vec<FontRef<'static>>> = OnceLock::new();
    FONTS.get_or_init(|| {
        let files: [&[u8]; 3] = [
            include_bytes!("../../fonts/DejaVuSans.subset.ttf"),
            include_bytes!("../../fonts/DejaVuSerif-Bold.subset.ttf"),
            include_bytes!("../../fonts/DejaVuSansMono.subset.ttf"),
        ];
        files.into_iter().filter_map(|file| FontRef::try_from_slice(file).ok()).collect()
    })
}
