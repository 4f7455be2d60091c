//! What a post is, and what it offers.

use serde::Serialize;

/// What a post is, in one word (`domain.md` section 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// An offer of a controlled drug, a diverted medicine, a synthetic cannabinoid or nitrous oxide.
    Advert,
    /// An offer of other illicit goods.
    AdvertOtherIllicit,
    /// Recruiting for the trade. Occurs only outside the watches, so that no share depends on how it is counted.
    Recruitment,
    /// Somebody looks for a product.
    BuyerRequest,
    /// An offer that looks like advance-fee fraud. Occurs only outside the watches, like recruitment.
    SuspectedScamSeller,
    /// Talk about one's own use.
    UseTalk,
    /// Prevention, harm reduction, treatment.
    PreventionOrHarmReduction,
    /// News.
    News,
    /// Police and courts.
    PoliceOrCourt,
    /// Songs, films, quotations.
    Culture,
    /// Legal trade.
    LegalTrade,
    /// An advert shown in order to complain about it.
    QuoteOrDenunciation,
    /// Jokes.
    JokeOrIrony,
    /// A name or another sense of the word.
    NameOrHomonym,
    /// People would disagree.
    Ambiguous,
    /// Cannot be judged.
    NotReviewable,
    /// Nothing about drugs.
    Other,
}

impl Label {
    /// Every label.
    pub const ALL: &'static [Self] = &[
        Self::Advert,
        Self::AdvertOtherIllicit,
        Self::Recruitment,
        Self::BuyerRequest,
        Self::SuspectedScamSeller,
        Self::UseTalk,
        Self::PreventionOrHarmReduction,
        Self::News,
        Self::PoliceOrCourt,
        Self::Culture,
        Self::LegalTrade,
        Self::QuoteOrDenunciation,
        Self::JokeOrIrony,
        Self::NameOrHomonym,
        Self::Ambiguous,
        Self::NotReviewable,
        Self::Other,
    ];

    /// The label as it is written in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Advert => "advert",
            Self::AdvertOtherIllicit => "advert_other_illicit",
            Self::Recruitment => "recruitment",
            Self::BuyerRequest => "buyer_request",
            Self::SuspectedScamSeller => "suspected_scam_seller",
            Self::UseTalk => "use_talk",
            Self::PreventionOrHarmReduction => "prevention_or_harm_reduction",
            Self::News => "news",
            Self::PoliceOrCourt => "police_or_court",
            Self::Culture => "culture",
            Self::LegalTrade => "legal_trade",
            Self::QuoteOrDenunciation => "quote_or_denunciation",
            Self::JokeOrIrony => "joke_or_irony",
            Self::NameOrHomonym => "name_or_homonym",
            Self::Ambiguous => "ambiguous",
            Self::NotReviewable => "not_reviewable",
            Self::Other => "other",
        }
    }

    /// Whether a detector ought to call the post an advert: it offers drugs, honestly or not.
    #[must_use]
    pub fn is_advert(self) -> bool {
        matches!(self, Self::Advert | Self::SuspectedScamSeller)
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|label| label.as_str() == name)
    }
}

/// Product classes of adverts, by their codes, each with how often a seller of the stream has it (in 1000).
pub(crate) const PRODUCTS: [(&str, u32); 16] = [
    ("CAN-H", 190),
    ("CAN-R", 160),
    ("CAN-X", 50),
    ("CAN-S", 50),
    ("COC-P", 150),
    ("COC-B", 25),
    ("OPI-H", 25),
    ("OPI-S", 10),
    ("AMP", 30),
    ("MDM", 80),
    ("CAT", 35),
    ("KET", 50),
    ("GHB", 20),
    ("PSY", 35),
    ("MED", 50),
    ("N2O", 40),
];

/// Index into [`PRODUCTS`].
pub(crate) type Product = u8;

/// The code of a product.
pub(crate) fn product_code(product: Product) -> &'static str {
    PRODUCTS.get(usize::from(product)).map_or("", |(code, _)| code)
}

pub(crate) fn product_of(code: &str) -> Option<Product> {
    PRODUCTS.iter().position(|(known, _)| *known == code).and_then(|index| Product::try_from(index).ok())
}
