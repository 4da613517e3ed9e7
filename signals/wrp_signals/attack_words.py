"""What words do in an attack on instructions, in two dozen languages: a letter per role. A table, no judgement.

Patterns over the letters (attack_patterns.py) say what makes an attack; single words never do.
"""

from __future__ import annotations

import codecs
from unicodedata import combining, normalize

NOTHING = "."
"""The letter of a word that plays no role."""

ROLES: dict[str, str] = {
    # to set aside
    "V": """ignore ignores ignoring ignored disregard disregards disregarding forget forgets forgetting forgot
    override overrides overriding overrule bypass bypasses bypassing bypassed circumvent circumventing neglect
    discard discarding dismiss abandon disobey disobeying nullify supersede supersedes overwrite evade subvert
    unlearn violate violating ignora ignorez ignorer ignorar ignoriere ignorieren ignoreer negeer negeren ignoruj
    zignoruj ignoruoi abaikan görmezden unut olvida olvidar olvide oublie oubliez oublier vergiss vergessen vergeet
    dimentica dimenticare esqueça esqueca esquecer desconsidera desconsidere missachte zapomnij pomiń zapomeň
    lupakan игнорируй игнорируйте игнорировать забудь забудьте проигнорируй ігноруй تجاهل تجاهلوا انس भूल अनदेखा
    नजरअंदाज unohda ignorera glöm glem ignorér bỏ quên""",
    "v": """drop drops cancel cancels cancelled canceled void voided invalid outdated obsolete skip skips suspend
    suspended lifted mistake irrelevant inactive reset replaced superseded revoked annul deactivated off""",
    # what came before
    "P": """previous previously prior above earlier preceding before former initial original foregoing existing past
    previas previos anterior anteriores precedentes précédentes précédents précédent antérieures vorherigen
    vorherige bisherigen obigen vorangegangenen vorige voorgaande eerdere eerder precedenti precedente poprzednie
    poprzednich wcześniejsze předchozí sebelumnya önceki предыдущие предыдущих предыдущую прежние попередні السابقة
    السابق पिछले पिछली पहले aiemmat edelliset tidigare föregående tidligere trước kabla""",
    # instructions
    "I": """instruction instructions instruct instructed guideline guidelines directive directives prompt prompts
    preprompt preprompts programming instrucciones instrucción instrucoes instruções anweisungen anweisung
    instructies istruzioni instrukcje instrukcji pokyny instruksi talimatları talimatlar инструкции инструкций
    инструкцию инструкция указания інструкції التعليمات تعليمات निर्देश निर्देशों ohjeet instruktioner instrukser
    consignes consigne directivas diretrizes directrices richtlinien aufforderungen prompten промпт промпта
    подсказку lệnh""",
    # rules, orders, what was said
    "R": """rule rules policy policies ethics principles standards laws regulation regulations reglas reglamento
    règles regles regeln regels regole regras zasady zasad pravidla aturan kuralları kurallar правила правил القواعد
    नियम नियमों säännöt regler tos terms protocol protocols commands command order orders constraints constraint
    training trained programmed befehle órdenes ordres ordini rozkazy команды""",
    "O": """message messages conversation conversations context text texts everything information direction
    directions task tasks input inputs chat history discussion content todo tudo tout alles tutto wszystko всё все
    contexte contexto kontext kontekst""",
    # limits
    "X": """restriction restrictions restricted restrict limitation limitations filter filters filtering filtered
    censorship censor censored censoring moderation safeguard safeguards guardrail guardrails boundaries confines
    shackles chains disclaimer disclaimers restricciones limitaciones filtros censura límites limites restrições
    limitações filtres censure einschränkungen beschränkungen filtern zensur beperkingen restrizioni limitazioni
    filtri ograniczeń ograniczenia cenzury sınırlama kısıtlama kısıtlamalar ограничений ограничения фильтров цензуры
    قيود القيود प्रतिबंध प्रतिबंधों safety sicherheitsrichtlinien seguridad segurança sécurité безопасности""",
    "E": """ethical ethically moral morals morality morally legal legality illegal unethical immoral harmful
    appropriate inappropriate offensive ético éticas éticos morales éthique éthiques morale ethische ethischen
    moralische moralischen этических моральных etyczne hukuki etik ahlaki""",
    "U": """unrestricted unfiltered uncensored unmoderated unlimited amoral unbound unchained unhinged jailbroken
    uncensorable uncensor unrestrained unbiased unaligned unshackled""",
    "J": """jailbreak jailbreaks jailbreaking jailbroken jailbreaker promptinjection exfiltrate exfiltrates
    exfiltrating exfiltration exfiltrar exfiltrer""",
    "W": """without no zero free freed liberated devoid beyond remove removed removing removes disable disabled
    disabling disables deactivate lift lifted unlock unlocked nothing absent sin sem sans ohne zonder senza bez без
    بدون बिना olmadan tanpa utan uden ilman không""",
    "N": """not never t dont doesnt wont cannot cant isnt shouldnt mustnt neither nor didnt nunca jamais pas niemals
    nicht nooit mai nie nigdy никогда не لا asla jangan""",
    "F": """follow follows obey obeys comply complies complying abide abides abiding adhere adheres bound
    bind heed listen conform conforms subject constrained limited governed seguir suivre befolgen folgen volg
    seguire""",
    "Z": """refuse refuses refusing refusal refusals decline declines reject rejects deny denies apologize apologise
    apologizing apologizes sorry apologies apology disclaim warn lecture moralize moralizing hesitate negarte
    refuser ablehnen weigern rifiutare odmawiaj отказывай отказываться""",
    # you, and what you are
    "y": """you youre youll u ya tú tu vous vos ihr du sie jij usted você voce ты вы sen siz आप तुम أنت anda
    kamu""",
    "k": """your yours ur yourself su tus sus seu suas votre deine deinen dein ihre jouw tuo tue twoje твои твой
    свои свою ваши senin आपके आपकी अपने अपनी""",
    "L": """chatgpt gpt gpt3 gpt4 openai ai llm llms chatbot chatbots assistant claude anthropic bard gemini llama
    mistral copilot bing sydney grok deepseek qwen bot ki ia ии asistente assistente assistent ассистент""",
    "r": """character characters role roles roleplay roleplaying rpg simulator personality personaje personnage
    rolle personagem personaggio rol роль""",
    "M": """mode modes persona personas alterego ego modo modus режим режиме modalità tryb""",
    "S": """system developer dev admin administrator root sudo superuser operator debug debugging maintenance
    diagnostic diagnostics creator creators sistema système systeem systém системный системные системного sistem
    النظام सिस्टम""",
    "C": """act acting pretend pretending pretends simulate simulating simulates impersonate emulate emulating
    become behave portray embody imitate mimic assume actúa actua finge agis agissez fais handle verhalte stell
    spiele agisci fingi age aja finja udawaj zachowuj притворись представь действуй веди تصرف تظاهر davran bertindak
    berpura""",
    "T": """now henceforth onward onwards hereafter forthwith ahora maintenant désormais nun jetzt nu adesso agora
    teraz теперь сейчас şimdi sekarang الآن अब""",
    # to give away, and what
    "g": """reveal reveals revealing disclose divulge expose leak leaks dump recite regurgitate spill extract
    exfiltrate verbatim revela revelar révèle révélez révéler divulgue enthülle verrate onthul rivela rivelare
    ujawnij раскрой покажи выведи açıkla ungkapkan اكشف प्रकट""",
    "G": """print show output repeat display tell give share write list return spell encode translate summarize
    summarise quote paste copy echo say send muestra mostrar dime montre affiche zeige gib toon mostra mostre diga
    pokaż göster tampilkan اطبع أظهر दिखाओ बताओ скажи напечатай""",
    "l": """key keys token tokens flag pin codeword""",
    "K": """secret secrets password passwords passcode passphrase confidential hidden credential credentials
    classified undisclosed secreto contraseña clave secreta senha segredo geheim geheime verborgen verborgene
    passwort kennwort wachtwoord segreto parola hasło sekret пароль секрет секретный ключ şifre gizli rahasia
    credenciales identifiants zugangsdaten السر पासवर्ड गुप्त""",
    # answers, and how they must begin or be written
    "Q": """answer answers answering response responses reply replies respond responding elucidation explanation
    solution implementation codebase algorithm respuesta réponse antwort risposta resposta odpowiedź ответ""",
    "B": """start begin starting beginning prefix preface prepend prefixed opening begins starts""",
    "e": """base64 base32 base16 base85 rot13 rot47 hex hexadecimal binary morse caesar cipher ciphertext leetspeak
    leet backward backwards reversed anagram anagrams unicode emoji emojis ascii encoded encoding decode decoded
    decrypt encrypted obfuscated substitution misspell misspellings typos scramble jumble homophonic""",
    "m": """modify augment enhance append integrate incorporate insert embed inject merge blend weave interweave
    fuse infuse supplement employ utilize integrating incorporating embedding adjust alter""",
    "c": """code codes snippet script block excerpt payload""",
    "f": """following subsequent below underlying ensuing""",
    # force, licence, fiction
    "x": """must always shall mandatory obligated required forced compelled absolutely strictly under""",
    "a": """anything whatever everything any all every""",
    "h": """nsfw explicit profanity profane swear swearing curse cursing vulgar obscene racist sexist hateful
    derogatory slurs pornographic erotic violent gore evil unsafe dangerous forbidden taboo prohibited banned
    controversial""",
    "H": """hypothetical hypothetically fictional fictitious imaginary fantasy alternate parallel simulated
    simulation story novel screenplay movie dream game theoretical universe""",
    "n": """new updated revised actual real true nuevas nuevo nouvelles neue neuen nuove novas nieuwe nowe новые
    yeni""",
    "s": """stay remain keep break breaking""",
    "o": """stop end cease terminate quit halt""",
    "w": """told given gave said received learned learnt know believe dicho dit gesagt detto""",
    "i": """letter letters vowel vowels consonants alphabet hint hints rhyme riddle acrostic spell spelled spelling
    characters first""",
    "q": """note notes notice attention important warning reminder dear hey hello hidden""",
    "Y": """user users visitor reader customer client""",
    "z": """email mail url webhook http https server endpoint address curl website link attacker""",
    "d": """bomb bombs explosive explosives meth methamphetamine cocaine heroin malware ransomware keylogger virus
    phishing weapon weapons hack hacking steal stealing murder poison launder laundering counterfeit ddos exploit
    napalm""",
}

BACKWARDS, ROTATED = "<", ">"
SPELLED = "VPIKSJg"
"""Roles whose English words are also known backwards and in ROT13, as the two roles above: nobody writes those for
another reason."""

UNSPACED: dict[str, str] = {
    "V": "忽略 无视 無視 忘记 忘掉 忘れて 忘れ 绕过 繞過 무시 잊어 잊고 우회",
    "P": "之前的 之前 以前の 以前 上面的 上述 先前的 先前 此前 前面的 これまで 上記 今まで 이전 앞선 기존 위의",
    "I": "指令 指示 提示词 提示詞 提示 プロンプト 命令 지시 프롬프트 명령 지침 说明",
    "R": "规则 規則 規定 ルール 政策 策略 규칙 정책 ガイドライン",
    "X": "限制 制限 过滤 過濾 フィルター 审查 検閲 约束 约束 安全 제한 필터 검열 안전",
    "E": "道德 伦理 倫理 道徳 윤리 도덕",
    "W": "没有 沒有 无 不受 なし なく のない 없이 없는",
    "Z": "拒绝 拒絕 拒否 断る 거부 거절",
    "y": "你 您 あなた 당신 너는",
    "C": "扮演 假装 假裝 演じ ふり なりきっ 역할 연기 척",
    "T": "现在 現在 今から これから 从现在 지금",
    "g": "泄露 洩露 透露 显示 輸出 输出 打印 公开 漏らし 流出 表示 出力 教え 공개 출력 유출 보여 导出 暴露",
    "K": "秘密 密码 密碼 パスワード 凭据 凭证 认证信息 認証情報 機密 机密 密钥 비밀 비밀번호 자격",
    "S": "系统 系統 システム 开发者 開發者 開発者 管理员 管理者 시스템 개발자 관리자",
    "L": "人工智能 助手 アシスタント 机器人 인공지능",
    "M": "模式 モード 모드",
}
"""Scripts that put no spaces between words: found anywhere."""

LEET = str.maketrans("013457@$!", "oieastasi")


def plain(word: str) -> str:
    """The word without accents."""
    return "".join([c for c in normalize("NFKD", word) if not combining(c)])


def lexicon() -> dict[str, str]:
    """Each word in lower case, with and without accents -> its role; those of SPELLED also as disguised words."""
    found: dict[str, str] = {}
    for role, words in ROLES.items():
        for word in words.split():
            found.setdefault(word, role)
            found.setdefault(normalize("NFC", plain(word)), role)
    for word, role in tuple(found.items()):
        if role in SPELLED and word.isascii() and len(word) > 5:
            found.setdefault(word[::-1], BACKWARDS)
            found.setdefault(codecs.encode(word, "rot13"), ROTATED)
    return found | dict(unspaced())


def unspaced() -> tuple[tuple[str, str], ...]:
    """The words of scripts without spaces, longest first, with their roles."""
    pairs = [(word, role) for role, words in UNSPACED.items() for word in words.split()]
    return tuple(sorted(set(pairs), key=lambda pair: (-len(pair[0]), pair[0])))
