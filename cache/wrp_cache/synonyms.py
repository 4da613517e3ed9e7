"""Words that may stand for one another in a question without asking for another answer. One line, one meaning."""

from __future__ import annotations

SYNONYMS = """
learn study master
make create build construct develop produce
earn gain obtain acquire receive
fix repair solve resolve correct troubleshoot
remove delete erase eliminate rid
begin start commence
stop quit end cease avoid prevent
buy purchase
big large huge
small little tiny
quick fast rapid quickly rapidly fastest quickest
easy simple easiest simplest
hard difficult tough
best good great top greatest better optimal recommended ideal
worst bad poor terrible
important essential crucial significant
real true actual genuine
wrong incorrect false
main major primary key principal
famous popular wellknown
beautiful pretty gorgeous
smart intelligent clever
funny hilarious
job career work occupation profession employment
author writer write wrote written compose
old age
tall height
far distance
long time duration length
heavy weight
big size
film movie
book novel
doctor physician
car automobile vehicle
phone smartphone cellphone mobile telephone
computer pc laptop
site website webpage
web internet online
app application software program
photo picture image photograph
company firm business corporation
shop store
country nation state
child kid children kids
woman lady women ladies
man guy men guys
boy boys
human humans person people
city town
house home
street road
money cash
price cost pricing
salary pay wage wages income
test exam examination
school college university
teacher instructor
student pupil
error mistake bug issue problem trouble
answer solution response reply
question query
method approach technique procedure process strategy
tip advice suggestion trick
step stage
reason cause why
effect impact consequence influence result
benefit advantage pro upside
disadvantage drawback con downside
difference distinction differ differentiate different distinguish
similarity likeness
relation relationship link connection
meaning definition mean define meant
example instance sample
type kind sort form variety
feature characteristic trait property attribute
part component piece element
kill murder
die death dead
happen occur take place
increase raise grow boost improve enhance expand
decrease reduce lower cut lessen minimize
change modify alter edit update
show display present
explain describe elaborate
tell say state
think believe consider feel
love like enjoy adore
hate dislike
want wish desire
need require necessary required must
help assist aid support
use utilize utilise employ apply
try attempt
find locate discover search
choose select pick
get obtain
give provide offer supply
send transmit
compute calculate determine evaluate
measure gauge
check verify test validate confirm
compare contrast
convert transform turn change translate
combine merge
split divide separate
print output display
execute run launch invoke
install setup set
configure setup
uninstall remove
delete drop
quickly soon
recover retrieve restore regain
lose shed drop
begin starting
function method procedure
string text
dictionary dict hashmap map
parameter argument
folder directory
picture pic
holiday vacation trip
travel journey trip visit
flight plane
prepare preparation
join enroll register enrol
apply application
become be turn
live stay reside
world earth globe
usa american america
colour color
center centre institute
favourite favorite
organisation organization
behaviour behavior
theatre theater
licence license
analyse analyze
neighbour neighbor
summarise summarize summary
sign symptom
habit routine
power strength
goal aim objective target
topic subject theme
rule law regulation
fee charge
rent lease
refund reimbursement
cancel terminate
stop terminate kill
sign register subscribe
login signin log
password passcode
email mail
message text
talk speak chat
watch view see
look see view
hear listen
cook prepare
clean wash
safe secure
safety security
sick ill
illness disease sickness
medicine drug medication
pain ache
tired exhausted
worried anxious nervous
angry mad
hotel accommodation
restaurant diner
flat apartment
garbage trash rubbish
film movie cinema
soccer football
"""
"""Separated by lines. A word may stand in several."""
