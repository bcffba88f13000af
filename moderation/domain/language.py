"""In which language a text is written, told by its script and its commonest words; blank when that is not sure.

Seven languages, those that the community writes most. Only small words count, and names, apps and slang never do: a
filter in a queue must rather leave a case out than put it under the wrong language.
"""

import re
from collections import Counter
from collections.abc import Mapping

LONGEST_READ = 4000  # characters; more tells no more
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_DEVANAGARI = re.compile(r"[\u0904-\u0939\u0958-\u0961]")
_LETTER = re.compile(r"[^\W\d_]")

# Small words that come up in nearly every message. What several languages share counts less for each of them.
_WORDS = {
    "en": """the and you that was for are with have this what your not but just can it is me my i i'm im don't dont it's
        of to in on be do if or so we he she they them there here how when why who which would could should will
        about know think feel like want need really been had has were did does get got from at as an by am any some
        because only then than too also very good much more out up now again never always something someone
        anything please thanks thank sorry hi hey u ur ya yeah gonna wanna lets let's i'll i've you're whenever
        text call add tell give send come talk""",
    "es": """el los las una que de y en es por para con no se te mi tu lo le yo tú pero como más muy está estoy eres soy
        qué si sí cuando donde también porque hola gracias puedo puedes quiero quieres tengo tienes hay fue era
        ser estar hacer me al del esto eso aquí ahora nunca siempre algo nada todo todos bien mucho así ya
        escríbeme háblame dame número pásame dime mañana y o a ya su sus nos les le esta este estas eso desde hasta
        pero sin sobre entre porque donde quien alguien nadie mis tus otro otra años hace ser he has ha han
        estoy ahi ahí aqui qué cómo solo sólo jaja yo usted mas numero""",
    "pt": """o os as um uma que de e em é por para com não se te meu minha seu sua eu tu você voce
        vc mas como mais muito
        está estou és sou quando onde também porque oi olá obrigado obrigada posso pode quero quer tenho tem foi
        era ser estar fazer me ao do da dos das no na isso isto aqui agora nunca sempre algo nada tudo bem
        assim já então né pra pro tá tô nao ele ela gente o a os as vou vai foi ou só nos à ao lhe ainda mesmo
        até depois aqui hoje vcs eh to ta sem foram estão tava""",
    "fr": """le les une que de et en est par pour avec ne pas se te mon ma mes ton ta je tu il elle on nous vous mais
        comme plus très suis es es-tu quand où aussi parce salut bonjour merci peux peut veux veut ai as a été
        être faire me au du des ça cela ici maintenant jamais toujours rien tout tous bien beaucoup déjà
        alors oui non c'est j'ai t'es qu'on qu'il d'accord sur dans moi toi quoi ce cette""",
    "de": """der die das ein eine einen und ist nicht ich du er sie wir ihr mir dir mich dich mein dein meine deine aber
        wie mehr sehr bin bist sind war wenn wo auch weil hallo danke kann kannst will willst habe hast hat gibt
        sein haben machen zu zum zur im am den dem des mit für auf von aus bei nach dass es hier jetzt nie immer
        etwas nichts alles gut viel schon so noch nur mal doch ja nein schreib ruf""",
    "hi": """hai hain hoon hun tha thi mera meri mere tera teri tere mujhe tujhe tum tumhara tumhari
        aap aapka aapki main
        mai hum kya kyun kyu kab kaise kahan kaun nahi nahin nhi mat aur lekin par bhi toh woh wo yeh ye ka ki ko
        se ho raha rahi rahe karo karna kar karta karti bolo bol baat abhi kal sab kuch bahut accha acha theek
        haan na yaar mein""",
    "tl": """ang ng mga sa ako ikaw siya kami tayo kayo sila ko mo niya natin namin ninyo nila ka
        akin iyo kanya ito iyan
        iyon yung yun nga naman lang lng po opo hindi di oo wala meron may kung pero kasi dahil para kapag ano
        sino saan kailan bakit paano gusto kaya sana muna pa na rin din ba dito diyan doon kita salamat kumusta
        musta talaga ayaw mag nag at""",
}
# Of languages that are not told: what is more like one of these than like one above gets no name.
_OTHERS = """il lo gli della che non sono sei mi ti ci anche perché ciao grazie cosa questo quello quando dove come più
    het een van ik jij je niet maar met voor hoe waar wat dat ook heb bent zijn naar geen hallo dank wil
    yang dan di ini itu aku kamu saya tidak gak nggak bisa mau ada apa dengan untuk juga sudah udah kalau banget
    bir ve bu ne ben sen için değil var yok ama çok mi mı da nasıl nerede bana sana benim senin
    nie jest się na w z do to że jak ale co mam masz jestem mnie ciebie moj mój twój czy tak już dla tylko
    jag du är det och att inte på med som har för en ett vad var
    este și în nu la pe cu mai sunt ești ce mă te pentru"""

LEAST_WORDS = 2  # different ones, this share of all words, and so far ahead of the next language
LEAST_SHARE = 0.25
LEAD = 1.5


def _weights() -> Mapping[str, Mapping[str, float]]:
    known = {language: frozenset(words.split()) for language, words in _WORDS.items()}
    known["other"] = frozenset(_OTHERS.split())
    shared = Counter(word for words in known.values() for word in words)
    return {language: {word: 1 / shared[word] ** 1.5 for word in words} for language, words in known.items()}


_WEIGHTS = _weights()


def language_of(text: str) -> str:
    """The code of the language («en», «es», «pt», «fr», «de», «hi», «tl»), or nothing when it cannot be told."""
    text = text[:LONGEST_READ].casefold().replace("’", "'")
    letters = len(_LETTER.findall(text))
    if not letters:
        return ""
    if len(_DEVANAGARI.findall(text)) > letters / 2:
        return "hi"
    words = _WORD.findall(text)
    if not words:
        return ""
    scores = {language: sum(weights.get(word, 0) for word in words) for language, weights in _WEIGHTS.items()}
    (best, most), (_, next_most), *_ = Counter(scores).most_common()
    known = [word for word in words if word in _WEIGHTS[best]]
    real = {word for word in known if len(word) > 1}  # letters alone may be a word that is spelled out
    has_enough = len(real) >= LEAST_WORDS and len(known) >= LEAST_SHARE * len(words)
    return best if best != "other" and has_enough and most >= LEAD * next_most else ""
