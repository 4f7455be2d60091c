//! Words around the names of services that are no handles; without accents, as in [`vigie_text::Glyphs`].

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

/// Words that stand between a service's name and the handle.
const FILLERS: &str = "
    moi me c'est c’est cest est is at on add ajoute ajoutez ajouter perso mon pseudo le au es ist mein mi my user username id sur compte canal channel
    kanal kanaal canale ici here hier aqui qui pro nick nickname utente usuario benutzername name nom nouveau new nuevo nuovo neu nieuw backup or ou
    et and und oder of en o y e a à bot privado
";

/// French: words that follow a service's name and are no handles.
const FRENCH: &str = "
    dispo disponible uniquement svp stp merci pour dans story les des une bio lien groupe live news photo photos video videos post avec sans tout tous
    toute toutes mes ses vos nos votre notre leur mais donc car pas plus non oui comment pourquoi quand quel quelle voici voila mise jour attention
    alerte gratuit gratuite faible fort ferme ouvert bientot demain ce cette soir suivez suivre rejoignez rejoins retrouvez contact contactez demande
    message messages priv prive privee public lol mdr aussi enfin deja encore vient annonce application appli facebook tiktok youtube linkedin twitter
    threads bluesky mastodon twitch reddit pinterest email mail tel telephone sms accepte acceptee ok idem aucun aucune rien personne selon apres
    avant depuis fait faut peut etre sont ont faire voir que qui quoi
";

/// English: words that follow a service's name and are no handles.
const ENGLISH: &str = "
    url user only please pls for the link group http https www now today what who pic pics stories how why when where with without all your our their his her
    its yes not but free down update available soon tomorrow tonight follow join contact message dm app just this that these those from has have was
    are will can could should says said blocked banned weak strong open closed call text phone works more everyone nobody anyone still again
    officially official announces users feature features privacy security download version story welcome
";

/// Spanish, Italian: words that follow a service's name and are no handles.
const SPANISH_ITALIAN: &str = "
    solo por para los las una uno con sin como cuando porque donde pero tambien gratis hoy manana nuestro nuestra seguir sigueme siguenos grupo enlace
    foto fotos gracias che come cosa chi per gli non senza quando perche dove anche oggi domani gruppo nostro nostra seguici seguimi grazie
    aggiornamento actualizacion debil debole abierto aperto chiuso cerrado nuova nueva della delle questo questa este esta ecco son hay
";

/// German, Dutch: words that follow a service's name and are no handles.
const GERMAN_DUTCH: &str = "
    nur bitte fur der die das ein eine mit ohne wie warum wann wer was aber auch kostenlos heute morgen unser unsere folgt folge gruppe danke jetzt
    nicht schwach stark offen geschlossen neue neues bald alle oder und met van het een voor zonder hoe waarom wanneer maar ook vandaag onze ons volg
    groep bedankt niet zwak sterk geen nieuwe alleen graag nog meer
";

static FILLER_SET: LazyLock<FxHashSet<&str>> = LazyLock::new(|| FILLERS.split_ascii_whitespace().collect());
static EVERYDAY_SET: LazyLock<FxHashSet<&str>> =
    LazyLock::new(|| [FRENCH, ENGLISH, SPANISH_ITALIAN, GERMAN_DUTCH].into_iter().flat_map(str::split_ascii_whitespace).collect());

/// Whether a word may stand between a service's name and the handle.
pub(super) fn is_filler(word: &str) -> bool {
    FILLER_SET.contains(word)
}

/// Whether a word is too common to be a handle.
pub(super) fn is_everyday(word: &str) -> bool {
    EVERYDAY_SET.contains(word) || is_filler(word)
}
