//! The two languages of everything that people read.

use vigie_model::{ComponentKind, Label, Product};

/// Language of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// French.
    French,
}

impl Language {
    /// The word for this language.
    #[must_use]
    pub fn pick<'a>(self, english: &'a str, french: &'a str) -> &'a str {
        match self {
            Self::English => english,
            Self::French => french,
        }
    }

    /// Name of a component.
    #[must_use]
    pub fn component(self, kind: ComponentKind) -> &'static str {
        use ComponentKind as K;
        if self == Self::English {
            return kind.name();
        }
        match kind {
            K::Offer => "offre",
            K::Product => "produit",
            K::Quantity => "quantité",
            K::Price => "prix",
            K::Quality => "qualité vantée",
            K::Guarantee => "garantie",
            K::Delivery => "livraison",
            K::MeetUp => "remise en main propre",
            K::Postal => "envoi ou point relais",
            K::Hours => "horaires",
            K::Area => "zone",
            K::Contact => "contact",
            K::Payment => "paiement",
            K::Promotion => "promotion",
            K::Sample => "échantillon",
            K::Vouch => "avis de clients",
            K::CarrierTags => "mots-dièse porteurs",
            K::ChannelPointer => "renvoi vers un canal",
            K::Recruiting => "recrutement",
            K::Wholesale => "vente en gros",
            K::Disclaimer => "avertissement",
        }
    }

    /// Name of a product class.
    #[must_use]
    pub fn product(self, product: Product) -> &'static str {
        use Product as P;
        let (english, french) = match product {
            P::CannabisHerb => ("cannabis herb", "herbe de cannabis"),
            P::CannabisResin => ("cannabis resin", "résine de cannabis"),
            P::CannabisExtract => ("cannabis extracts and edibles", "extraits et comestibles de cannabis"),
            P::SyntheticCannabinoid => ("synthetic cannabinoids", "cannabinoïdes de synthèse"),
            P::Cocaine => ("cocaine", "cocaïne"),
            P::Crack => ("crack", "crack"),
            P::Heroin => ("heroin", "héroïne"),
            P::SyntheticOpioid => ("synthetic opioids", "opioïdes de synthèse"),
            P::Amphetamine => ("amphetamines", "amphétamines"),
            P::Mdma => ("MDMA", "MDMA"),
            P::Cathinone => ("cathinones", "cathinones"),
            P::Ketamine => ("ketamine", "kétamine"),
            P::Ghb => ("GHB/GBL", "GHB/GBL"),
            P::Psychedelic => ("psychedelics", "psychédéliques"),
            P::Medicine => ("diverted medicines", "médicaments détournés"),
            P::NitrousOxide => ("nitrous oxide", "protoxyde d’azote"),
            P::OtherIllicit => ("other illicit goods", "autres biens illicites"),
            P::LegalTrade => ("legal look-alikes", "produits légaux semblables"),
        };
        self.pick(english, french)
    }

    /// Name of a label.
    #[must_use]
    pub fn label(self, label: Label) -> &'static str {
        use Label as L;
        let (english, french) = match label {
            L::Advert => ("advert", "annonce"),
            L::AdvertOtherIllicit => ("advert for other illicit goods", "annonce d’autres biens illicites"),
            L::Recruitment => ("recruitment", "recrutement"),
            L::BuyerRequest => ("buyer's request", "demande d’acheteur"),
            L::SuspectedScamSeller => ("suspected scam seller", "vendeur présumé escroc"),
            L::UseTalk => ("talk about use", "propos sur la consommation"),
            L::Prevention => ("prevention or harm reduction", "prévention ou réduction des risques"),
            L::News => ("news", "actualité"),
            L::PoliceOrCourt => ("police or court", "police ou justice"),
            L::Culture => ("song, film or quotation", "chanson, film ou citation"),
            L::LegalTrade => ("legal trade", "commerce légal"),
            L::QuoteOrDenunciation => ("quotation or denunciation", "citation ou dénonciation"),
            L::JokeOrIrony => ("joke or irony", "plaisanterie ou ironie"),
            L::NameOrHomonym => ("name or homonym", "nom ou homonyme"),
            L::Ambiguous => ("ambiguous", "ambigu"),
            L::NotReviewable => ("not reviewable", "non évaluable"),
            L::Other => ("nothing about drugs", "sans rapport avec la drogue"),
        };
        self.pick(english, french)
    }
}
