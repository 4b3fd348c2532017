import json,random,sys
src,dst,blocks=sys.argv[1],sys.argv[2],int(sys.argv[3])
import os
os.makedirs(dst)
L=[json.loads(l) for l in open(src+'/trials.jsonl')]
plan,tr=L[0],L[1:]
nr=plan['runnable']; rnd=random.Random(1)
by={}
for t in tr: by.setdefault(t['cell'],[]).append(t)
plan['blocks']=blocks; row=plan['order'][:nr]; plan['order']=[]
dump=lambda x: json.dumps(x,separators=(',',':'),ensure_ascii=False)
lines=[]
for b in range(blocks):
    rnd.shuffle(row); plan['order']+=row
    for pos,c in enumerate(row):
        t=dict(rnd.choice(by[c])); t['block']=b; t['position']=pos
        f=1+0.2*rnd.random()
        for k in('wall_ns','startup_ns','teardown_ns','spawn_ns'): t[k]=int(t[k]*f)
        t['throughput']=t['units']/(t['wall_ns']/1e9)
        lines.append(dump(t))
with open(dst+'/trials.jsonl','w') as o:
    o.write(dump(plan)+'\n'); o.write('\n'.join(lines)+'\n')
