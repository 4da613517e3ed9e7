"""Names that ask for different answers: two members of a paragraph are never the same thing, and one that only one of
two questions has is a difference too. `|` parts members, spaces part spellings, `_` joins the words of a spelling."""

from __future__ import annotations

NAMES = """
usa america american americans united_states | uk britain british england united_kingdom
| scotland scottish | wales welsh | ireland irish | france french | germany german germans | spain | italy italian
italians | portugal | greece | netherlands dutch holland | belgium belgian | switzerland swiss | austria austrian |
poland | sweden swedish | norway norwegian | denmark danish | finland finnish | russia russian russians | ukraine
ukrainian | turkey turkish | china chinese | japan japanese | india indian indians | pakistan pakistani pakistanis |
bangladesh bangladeshi | nepal nepali | sri_lanka | korea korean south_korea | north_korea | vietnam vietnamese |
thailand thai | indonesia indonesian | malaysia malaysian | singapore | philippines filipino | taiwan taiwanese |
hong_kong | australia australian australians | new_zealand kiwi | canada canadian canadians | mexico mexican | brazil
brazilian | argentina argentine | chile chilean | colombia colombian | peru peruvian | cuba cuban | venezuela | egypt
egyptian | nigeria nigerian | kenya kenyan | south_africa | morocco moroccan | ethiopia | israel israeli | palestine
palestinian | iran iranian | iraq iraqi | syria syrian | saudi_arabia saudi | uae dubai | qatar | afghanistan
afghan | europe european | asia asian | africa african | antarctica | hungary hungarian | romania romanian | czech
czechia | iceland

california | texas | florida | alaska | hawaii | arizona | nevada | oregon | colorado | utah | ohio | michigan |
illinois | georgia | virginia | massachusetts | pennsylvania

london | paris | berlin | madrid | barcelona | rome | milan | vienna | amsterdam | brussels | moscow | istanbul |
tokyo | osaka | kyoto | beijing | shanghai | delhi new_delhi | mumbai bombay | bangalore bengaluru | hyderabad |
chennai madras | kolkata calcutta | pune | karachi | lahore | seoul | bangkok | jakarta | manila | sydney | melbourne
| toronto | vancouver | montreal | new_york nyc | chicago | boston | seattle | houston | dallas | miami |
san_francisco | los_angeles | las_vegas | munich | hamburg | zurich | geneva | lisbon | dublin | cairo | lagos |
nairobi

spanish | portuguese | greek | arabic | hindi | urdu | bengali | tamil | telugu | mandarin | cantonese | latin |
english | polish | hebrew | persian farsi

python | javascript js | typescript ts | java | kotlin | swift | rust | golang | c++ cpp | c# csharp | f# | ruby | php
| perl | scala | haskell | erlang | elixir | clojure | matlab | fortran | cobol | lua | dart | bash | powershell | sql
| html | css | assembly

windows | linux | ubuntu | debian | fedora | centos | macos osx mac macbook | android | ios | iphone | ipad

postgres postgresql | mysql | sqlite | mongodb mongo | redis | cassandra | oracle | mariadb | elasticsearch

aws | azure | gcp | heroku

kubernetes k8s | docker | podman | terraform | ansible | jenkins

react reactjs | angular angularjs | vue vuejs | svelte | django | flask | fastapi | rails | laravel |
spring_boot | node nodejs | deno

pytorch torch | tensorflow | keras | jax | numpy | sklearn scikit

git | svn | mercurial

chrome | firefox | safari | edge_browser | opera

gmail | outlook | yahoo

google | microsoft | apple | amazon | facebook | netflix | tesla | uber | twitter | instagram | snapchat | whatsapp |
telegram | tiktok | linkedin | youtube | reddit | quora | ebay | paypal | spotify | skype | zoom | flipkart | samsung
| nokia | sony | intel | nvidia | amd | ibm | tcs | infosys | wipro | openai | anthropic

trump | clinton hillary | obama | biden | modi | putin | gandhi | hitler | stalin | churchill | lincoln | napoleon |
einstein | newton | darwin

mercury | venus | mars | jupiter | saturn | uranus | neptune | pluto | moon | sun

january jan | february feb | april apr | june | july jul | august aug | september sept | october oct | november nov |
december dec

monday | tuesday | wednesday | thursday | friday | saturday | sunday

christianity christian christians | islam muslim muslims islamic | hinduism hindu hindus | buddhism buddhist buddhists
| judaism jewish jew jews | sikhism sikh | catholic | protestant

football | soccer | cricket | tennis | basketball | baseball | hockey | golf | rugby | badminton | volleyball | chess
| swimming | boxing

guitar | piano | violin | drums | flute | ukulele

dog dogs puppy | cat cats kitten | horse horses | cow cows | rabbit rabbits | hamster | fish | snake snakes | spider
spiders | lion lions | tiger tigers | elephant elephants | monkey monkeys | chicken chickens | duck

apples | banana bananas | oranges | mango mangoes | rice | pasta | bread | potato potatoes | milk | coffee | tea |
beer | wine | whiskey | vodka

gold | silver | copper | iron | steel | aluminum aluminium | platinum | bronze

hydrogen | helium | oxygen | nitrogen | carbon | sodium | potassium | calcium | magnesium | chlorine

physics | chemistry | biology | mathematics math maths | history | geography | economics | philosophy | psychology |
sociology

bitcoin btc | ethereum eth | litecoin | dogecoin

ielts | toefl | gre | gmat | jee | neet | upsc | mcat | lsat
"""
"""Countries (with their people), states, cities, languages, software, firms, persons, calendars, and other names."""
