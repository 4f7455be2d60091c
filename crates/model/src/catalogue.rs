//! The code lists: product classes, advert components, labels, grades (`domain.md` section 2).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A name that is on none of the code lists.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {list} {name:?}")]
pub struct UnknownName {
    /// Which list was consulted.
    pub list: &'static str,
    /// What was asked for.
    pub name: String,
}

/// Declares a closed list of named codes: one table that gives the enum, its wire names and its parser.
macro_rules! code_list {
    ($(#[$about:meta])* $list:ident, $what:literal { $($(#[$doc:meta])* $variant:ident = $name:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $list {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)+
        }

        impl $list {
            /// Every code, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The code as it is written in files.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }

        impl fmt::Display for $list {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $list {
            type Err = UnknownName;

            fn from_str(name: &str) -> Result<Self, UnknownName> {
                Self::ALL.iter().copied().find(|code| code.as_str() == name)
                    .ok_or_else(|| UnknownName { list: $what, name: name.to_owned() })
            }
        }
    };
}

code_list! {
    /// Product class: what a post offers.
    Product, "product class" {
        /// Cannabis herb.
        CannabisHerb = "CAN-H",
        /// Cannabis resin.
        CannabisResin = "CAN-R",
        /// Cannabis extracts, edibles, THC vapes.
        CannabisExtract = "CAN-X",
        /// Synthetic and semi-synthetic cannabinoids.
        SyntheticCannabinoid = "CAN-S",
        /// Cocaine powder.
        Cocaine = "COC-P",
        /// Crack and base.
        Crack = "COC-B",
        /// Heroin.
        Heroin = "OPI-H",
        /// Synthetic opioids.
        SyntheticOpioid = "OPI-S",
        /// Amphetamine and methamphetamine.
        Amphetamine = "AMP",
        /// MDMA and ecstasy.
        Mdma = "MDM",
        /// Cathinones.
        Cathinone = "CAT",
        /// Ketamine and other dissociatives.
        Ketamine = "KET",
        /// GHB and GBL.
        Ghb = "GHB",
        /// LSD, mushrooms, DMT, 2C-B, "tusi".
        Psychedelic = "PSY",
        /// Diverted medicines.
        Medicine = "MED",
        /// Nitrous oxide to inhale.
        NitrousOxide = "N2O",
        /// Other illicit goods: not drugs, told apart so that they are not counted as drug adverts.
        OtherIllicit = "OTH",
        /// Legal look-alike trade.
        LegalTrade = "LEG",
    }
}

impl Product {
    /// Whether the class is a controlled drug, a diverted medicine or nitrous oxide: what an `advert` must offer.
    #[must_use]
    pub fn is_drug(self) -> bool {
        !matches!(self, Self::OtherIllicit | Self::LegalTrade)
    }
}

code_list! {
    /// A component of an advert; the detector marks each on the original text.
    ComponentKind, "component" {
        /// Offer act: "dispo", "for sale".
        Offer = "K01",
        /// Product.
        Product = "K02",
        /// Quantity with its unit.
        Quantity = "K03",
        /// Price.
        Price = "K04",
        /// Quality claim.
        Quality = "K05",
        /// Guarantee: "satisfait ou remboursé".
        Guarantee = "K06",
        /// Delivery.
        Delivery = "K07",
        /// Meet-up or pick-up.
        MeetUp = "K08",
        /// Post or relay point.
        Postal = "K09",
        /// Hours.
        Hours = "K10",
        /// Area.
        Area = "K11",
        /// Contact or call to make contact.
        Contact = "K12",
        /// Means of payment.
        Payment = "K13",
        /// Flash sale or promotion.
        Promotion = "K14",
        /// Sample or gift.
        Sample = "K15",
        /// Vouch or reviews.
        Vouch = "K16",
        /// Carrier hashtags.
        CarrierTags = "K17",
        /// Pointer to a channel or a new account.
        ChannelPointer = "K18",
        /// Recruiting couriers or look-outs.
        Recruiting = "K19",
        /// Wholesale.
        Wholesale = "K20",
        /// Disclaimer or code.
        Disclaimer = "K21",
    }
}

impl ComponentKind {
    /// What the component is called in an English explanation.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Offer => "offer",
            Self::Product => "product",
            Self::Quantity => "quantity",
            Self::Price => "price",
            Self::Quality => "quality claim",
            Self::Guarantee => "guarantee",
            Self::Delivery => "delivery",
            Self::MeetUp => "meet-up",
            Self::Postal => "postal or relay point",
            Self::Hours => "hours",
            Self::Area => "area",
            Self::Contact => "contact",
            Self::Payment => "payment",
            Self::Promotion => "promotion",
            Self::Sample => "sample",
            Self::Vouch => "vouch",
            Self::CarrierTags => "carrier tags",
            Self::ChannelPointer => "channel pointer",
            Self::Recruiting => "recruiting",
            Self::Wholesale => "wholesale",
            Self::Disclaimer => "disclaimer",
        }
    }
}

code_list! {
    /// What a post is, in one word.
    Label, "label" {
        /// An offer of a controlled drug, a diverted medicine, a synthetic cannabinoid or nitrous oxide.
        Advert = "advert",
        /// An offer of other illicit goods.
        AdvertOtherIllicit = "advert_other_illicit",
        /// Recruiting for the trade.
        Recruitment = "recruitment",
        /// Somebody looks for a product.
        BuyerRequest = "buyer_request",
        /// An offer that looks like advance-fee fraud; counts as an advert.
        SuspectedScamSeller = "suspected_scam_seller",
        /// Talk about one's own use.
        UseTalk = "use_talk",
        /// Prevention, harm reduction, treatment.
        Prevention = "prevention_or_harm_reduction",
        /// News.
        News = "news",
        /// Police and courts.
        PoliceOrCourt = "police_or_court",
        /// Songs, films, quotations.
        Culture = "culture",
        /// Legal trade.
        LegalTrade = "legal_trade",
        /// An advert shown in order to complain about it.
        QuoteOrDenunciation = "quote_or_denunciation",
        /// Jokes.
        JokeOrIrony = "joke_or_irony",
        /// A name or another sense of the word.
        NameOrHomonym = "name_or_homonym",
        /// People would disagree.
        Ambiguous = "ambiguous",
        /// Cannot be judged.
        NotReviewable = "not_reviewable",
        /// Nothing about drugs.
        Other = "other",
    }
}

code_list! {
    /// How much a lexicon term says alone.
    Grade, "grade" {
        /// Unambiguous.
        A = "A",
        /// Needs one more advert component.
        B = "B",
        /// Needs two more and a fitting context.
        C = "C",
    }
}
